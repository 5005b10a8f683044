/** Requests of subscribers. */
import type { Id } from '../../types.js';
import type { InRoom, Layers } from './common.js';

/** How a stream is received. */
export interface Receiving extends Layers {
  /** After how long without a packet the next lower layer is taken, µs (250,000). */
  fallback?: number | undefined;
  /** The least playout delay, 10 ms; negative for none. */
  minDelay?: number | undefined;
  /** The most playout delay, 10 ms; negative for none. */
  maxDelay?: number | undefined;
}

/** One stream to receive, or all of a feed. */
export interface Subscription extends Receiving {
  /** The publisher. */
  feed: Id;
  /** Which stream; all of the feed if left out. In `join` name those that are not disabled. */
  mid?: string | undefined;
  /** A name of one's own for it, which the server repeats. */
  crossrefid?: string | undefined;
}

/** One more stream to receive. */
export interface LiveSubscription extends Subscription {
  /** Whether it is relayed at once (true). */
  send?: boolean | undefined;
}

/** `join` as a subscriber. */
export interface JoinSubscriberOptions extends InRoom {
  /** At least one. One bad entry fails the whole. */
  streams: readonly Subscription[];
  /** Put feed ids into the offer, as the ids of media streams (false). */
  useMsid?: boolean | undefined;
  /** Offer anew when a publisher goes (true). */
  autoupdate?: boolean | undefined;
  /** Of our publisher; rooms may ask for it. */
  privateId?: number | undefined;
  pin?: string | undefined;
  token?: string | undefined;
}

/** `subscribe` */
export interface SubscribeOptions {
  streams: readonly LiveSubscription[];
}

/** What to stop receiving: an m-line, or a feed that still publishes. */
export interface Unsubscription {
  /** The subscription's m-line. */
  subMid?: string | undefined;
  feed?: Id | undefined;
  /** Which of the feed's streams; all if left out. */
  mid?: string | undefined;
}

/** `unsubscribe` */
export interface UnsubscribeOptions {
  streams: readonly Unsubscription[];
}

/** `update`: at least one of the two. Removals go first. */
export interface UpdateOptions {
  subscribe?: readonly LiveSubscription[] | undefined;
  unsubscribe?: readonly Unsubscription[] | undefined;
}

/** `configure` of a subscriber. */
export interface ConfigureSubscriberOptions {
  streams?: readonly SubscriberStream[] | undefined;
  /** Offer an ICE restart. */
  restart?: boolean | undefined;
  /** Offer anew. */
  update?: boolean | undefined;
}

/** How one m-line is received. */
export interface SubscriberStream extends Receiving {
  /** Which; a single entry without it is for all. */
  mid?: string | undefined;
  /** Whether it is sent. */
  send?: boolean | undefined;
}

/** `switch` */
export interface SwitchOptions {
  streams: readonly Switch[];
}

/** Another source for an m-line, of the same kind and codec. Layers since 1.1.4. */
export interface Switch extends Layers {
  feed: Id;
  mid: string;
  /** The m-line. */
  subMid: string;
}
