/** The decisions of adaptive reception as a module for node. */
import { moduleOfAll } from '../../page/lib/module.mjs';

const FILES = ['budget', 'costs', 'demand', 'downlink', 'encoders', 'ladder', 'network', 'reduction', 'sample', 'waits'];

export const { Budget, Costs, Decoder, Demand, Downlink, Encoders, Network, Sampler, allocate, kinder, reduce, reduced, scaleOf, levelFor,
  stepsOf } = await moduleOfAll('live/adaptive', FILES);
