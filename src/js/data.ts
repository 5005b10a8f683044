import type { RoomCore } from '../../pkg/janus.js';
import type { DataLink, Message } from './media/data.js';
import type { DataOptions, Id } from './types.js';

/** Takes what somebody sent; an envelope is what the library there said of itself. @internal */
export type Deliver = (from: string, data: string | ArrayBuffer, envelope: boolean) => void;

/** Data to and from a room; the part that does it is loaded when there is any. @internal */
export class DataPort {
  readonly #core: () => Promise<RoomCore>;
  readonly #deliver: Deliver;
  #loading: Promise<DataLink> | undefined;
  #link: DataLink | undefined;

  constructor(core: () => Promise<RoomCore>, deliver: Deliver) {
    this.#core = core;
    this.#deliver = deliver;
  }

  /** It goes to those whom this stay is with, or to nobody. */
  async send(data: unknown, options: DataOptions, stay: AbortSignal, envelope = false): Promise<void> {
    // Once it is there, what is sent is on its way before this returns.
    await (this.#link ?? (await this.#load())).send(data, options, stay, envelope);
  }

  /** A channel is there: one of ours, or somebody's. Nothing it brings is lost meanwhile. */
  add(channel: RTCDataChannel, label: string, ours: boolean): void {
    const early: Message[] = [];
    if (!ours) {
      channel.binaryType = 'arraybuffer';
      channel.onmessage = (message: Message) => early.push(message);
    }
    this.#load().then((link) => link.add(channel, label, ours, early), reportError);
  }

  /** The room was left, by us or by somebody. */
  over(by?: Id): void {
    this.#loading?.then((link) => link.over(by), () => undefined);
  }

  #load(): Promise<DataLink> {
    this.#loading ??= import('./media/index.js').then(
      ({ DataLink }) => (this.#link = new DataLink(this.#core, this.#deliver)),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }
}
