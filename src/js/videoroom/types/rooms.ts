/** Requests about rooms and the people in them. */
import type { Id } from '../../types.js';
import type { AdminKey, InRoom, Secret } from './common.js';

/** `create`: every field optional. */
export interface CreateRoomOptions extends Secret, AdminKey {
  /** The id the room is to have; the server picks one otherwise. */
  room?: Id | undefined;
  /** Its name. */
  description?: string | undefined;
  /** What it takes to join. */
  pin?: string | undefined;
  /** Leave the room out of `list` (false). */
  isPrivate?: boolean | undefined;
  /** Tokens that may join; present, even empty, it locks the room to them. */
  allowed?: readonly string[] | undefined;
  /** Save it in the server's configuration (false). */
  permanent?: boolean | undefined;
  /** Subscribers must show the private id of a participant (false). */
  requirePvtid?: boolean | undefined;
  /** Tokens are signed ones (false). */
  signedTokens?: boolean | undefined;
  /** The most each may send, bit/s; 0 for no limit. The server makes 64,000 of less. */
  bitrate?: number | undefined;
  /** Participants may not ask for more than `bitrate` (false). */
  bitrateCap?: boolean | undefined;
  /** How often the server asks for keyframes, s; 0 for never. */
  firFreq?: number | undefined;
  /** How many may publish at once (3). */
  publishers?: number | undefined;
  /** Audio codecs, best first, with commas, at most five (`opus`). */
  audiocodec?: string | undefined;
  /** Video codecs, best first, with commas, at most five (`vp8`). */
  videocodec?: string | undefined;
  /** The VP9 profile to prefer, `2` for example. */
  vp9Profile?: string | undefined;
  /** The H.264 profile to prefer, `42e01f` for example. */
  h264Profile?: string | undefined;
  /** Opus forward error correction (true). */
  opusFec?: boolean | undefined;
  /** Opus discontinuous transmission (false). */
  opusDtx?: boolean | undefined;
  /** Negotiate the audio level extension (true). */
  audiolevelExt?: boolean | undefined;
  /** Announce who speaks (false). */
  audiolevelEvent?: boolean | undefined;
  /** Over how many packets the level is taken (100). */
  audioActivePackets?: number | undefined;
  /** The level from which somebody speaks, -dBov (25). */
  audioLevelAverage?: number | undefined;
  /** Negotiate the video orientation extension (true). */
  videoorientExt?: boolean | undefined;
  /** Negotiate the playout delay extension (true). */
  playoutdelayExt?: boolean | undefined;
  /** Negotiate transport-wide congestion control (true). */
  transportWideCcExt?: boolean | undefined;
  /** Record the room (false). */
  record?: boolean | undefined;
  /** Where recordings go, a folder of the server's. */
  recDir?: string | undefined;
  /** Only who knows the secret may change recording (false). */
  lockRecord?: boolean | undefined;
  /** Announce people who do not publish (false). */
  notifyJoining?: boolean | undefined;
  /** Media must be end-to-end encrypted (false). */
  requireE2ee?: boolean | undefined;
  /** Have a publisher of the server's that sends nothing, so that subscriptions can begin early (false). */
  dummyPublisher?: boolean | undefined;
  /** What that publisher pretends to send. */
  dummyStreams?: readonly DummyStream[] | undefined;
  /** It counts as encrypted (since 1.3.2). */
  dummyE2ee?: boolean | undefined;
  /** How many helper threads relay the room's media (since 1.2.3). */
  threads?: number | undefined;
  /** Rooms of VP9 alone whose streams have SVC layers (before 1.1.4; a flag of the offer since). */
  videoSvc?: boolean | undefined;
}

/** What a dummy publisher pretends to send. */
export interface DummyStream {
  codec: string;
  /** Format parameters, as in SDP. */
  fmtp?: string | undefined;
}

/** `edit`. The server ignores empty texts: a pin or a secret can be changed, not removed. */
export interface EditRoomOptions extends InRoom, Secret {
  newDescription?: string | undefined;
  newSecret?: string | undefined;
  newPin?: string | undefined;
  newIsPrivate?: boolean | undefined;
  newRequirePvtid?: boolean | undefined;
  /** The most each may send, bit/s; 0 for no limit. */
  newBitrate?: number | undefined;
  /** How often the server asks for keyframes, s; 0 for never. */
  newFirFreq?: number | undefined;
  /** How many may publish at once. */
  newPublishers?: number | undefined;
  newLockRecord?: boolean | undefined;
  newRecDir?: string | undefined;
  /** Save the change in the server's configuration (false). */
  permanent?: boolean | undefined;
}

/** `destroy` */
export interface DestroyRoomOptions extends InRoom, Secret {
  /** Remove it from the server's configuration too (false). */
  permanent?: boolean | undefined;
}

/** `list` */
export interface ListOptions extends AdminKey {}

/** `allowed` */
export type AllowedOptions = InRoom & Secret & (SwitchAllowed | ChangeAllowed);

/** Have only the tokens of the list join, or have everybody join. */
export interface SwitchAllowed {
  action: 'enable' | 'disable';
}

/** Change the list. */
export interface ChangeAllowed {
  action: 'add' | 'remove';
  /** The tokens to add or to remove. */
  allowed: readonly string[];
}

/** `kick` */
export interface KickOptions extends InRoom, Secret {
  /** Whom. */
  id: Id;
}

/** `moderate` */
export interface ModerateOptions extends InRoom, Secret {
  /** Whose stream. */
  id: Id;
  /** Which stream. */
  mid: string;
  mute: boolean;
}

/** `enable_recording` */
export interface EnableRecordingOptions extends InRoom, Secret {
  record: boolean;
}
