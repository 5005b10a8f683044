/** What few pages need at once: loaded when it is asked for. */
export { DataLink } from './data.js';
export { Devices } from './devices.js';
export { sendTones } from './dtmf.js';
export { RoomStatistics } from './room-stats.js';
export { setSpeaker } from './speaker.js';
export { StatsReader } from './stats.js';
