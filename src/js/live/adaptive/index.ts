/** What is sent and received by itself as it can be seen, and as the network and this machine allow. */
import type { Feature } from '../index.js';
import { onStats } from '../ticker.js';
import { Receiving } from './receiving.js';
import { Sending } from './sending.js';

/** @internal */
export const adaptive: Feature = (host) => {
  if (host.options.adaptive === false) return () => undefined;
  const [receiving, sending] = [new Receiving(host), new Sending(host)];
  const stop = onStats(host.room, (stats) => {
    const [receives, sends] = [receiving.isWatching, sending.isWatching];
    if (!receives) receiving.forget();
    if (host.room.state !== 'connected') return;
    if (receives) receiving.judge(stats);
    if (sends) sending.judge(stats);
  });
  return () => {
    stop();
    receiving.stop();
    sending.stop();
  };
};
