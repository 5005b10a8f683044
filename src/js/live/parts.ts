import type { HandleCore, JanusCore, RoomCore } from '../../../pkg/janus.js';
import { JanusError } from '../index.js';

/** What a stay in a room rests on. @internal */
export interface Parts {
  janus: JanusCore;
  publisher: HandleCore;
  subscriber: HandleCore;
}

/** Works with what the room rests on now, and lets go of it: a session made anew brings other handles. @internal */
export async function withParts<T>(core: RoomCore | undefined, work: (parts: Parts) => Promise<T>): Promise<T> {
  const all = (core?.parts() ?? []) as [] | [JanusCore, HandleCore, HandleCore];
  if (all.length === 0) throw new JanusError('join the room first', { code: 'invalid-state', retryable: false });
  const [janus, publisher, subscriber] = all;
  try {
    return await work({ janus, publisher, subscriber });
  } finally {
    all.forEach((part) => part.free());
  }
}
