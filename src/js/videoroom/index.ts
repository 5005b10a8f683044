/** VideoRoom, typed. Loaded when somebody asks for it: a page that only wants a call does without. */
import type { HandleCore } from '../../../pkg/janus.js';
import { VideoRoom } from './admin.js';
import { RoomHandle, type Attaching } from './handle.js';

export { sortPublisherEvent } from './publisher.js';
export { sortSubscriberEvent } from './subscriber.js';
export { encode } from './requests.js';
export { RoomHandle } from './handle.js';

/** @internal */
export function videoRoom(core: HandleCore, attaching: Attaching): VideoRoom {
  return new VideoRoom(new RoomHandle(core, attaching.version), attaching);
}
