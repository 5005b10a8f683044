import type { InRoom } from './types/common.js';
import type {
  AllowedOptions,
  CreateRoomOptions,
  DestroyRoomOptions,
  EditRoomOptions,
  EnableRecordingOptions,
  KickOptions,
  ListOptions,
  ModerateOptions,
} from './types/rooms.js';
import type {
  AddRemotePublisherOptions,
  ListForwardersOptions,
  ListRemotesOptions,
  PublishRemotelyOptions,
  RemoveRemotePublisherOptions,
  RtpForwardOptions,
  StopRtpForwardOptions,
  UnpublishRemotelyOptions,
  UpdateRemotePublisherOptions,
} from './types/relaying.js';
import type {
  ConfigurePublisherOptions,
  JoinAndConfigureOptions,
  JoinPublisherOptions,
  PublishOptions,
} from './types/publishing.js';
import type {
  ConfigureSubscriberOptions,
  JoinSubscriberOptions,
  SubscribeOptions,
  SwitchOptions,
  UnsubscribeOptions,
  UpdateOptions,
} from './types/subscribing.js';

export type * from './types/common.js';
export type * from './types/rooms.js';
export type * from './types/relaying.js';
export type * from './types/publishing.js';
export type * from './types/subscribing.js';
export type * from './types/answers.js';
export type * from './types/events.js';

/** What each request of VideoRoom takes, by the method that sends it. */
export interface VideoRoomRequestMap {
  create: CreateRoomOptions;
  edit: EditRoomOptions;
  destroy: DestroyRoomOptions;
  exists: InRoom;
  list: ListOptions;
  listParticipants: InRoom;
  allowed: AllowedOptions;
  kick: KickOptions;
  moderate: ModerateOptions;
  enableRecording: EnableRecordingOptions;
  rtpForward: RtpForwardOptions;
  stopRtpForward: StopRtpForwardOptions;
  listForwarders: ListForwardersOptions;
  publishRemotely: PublishRemotelyOptions;
  unpublishRemotely: UnpublishRemotelyOptions;
  listRemotes: ListRemotesOptions;
  addRemotePublisher: AddRemotePublisherOptions;
  updateRemotePublisher: UpdateRemotePublisherOptions;
  removeRemotePublisher: RemoveRemotePublisherOptions;
  joinPublisher: JoinPublisherOptions;
  joinAndConfigure: JoinAndConfigureOptions;
  publish: PublishOptions;
  configurePublisher: ConfigurePublisherOptions;
  unpublish: object;
  leavePublisher: object;
  joinSubscriber: JoinSubscriberOptions;
  start: object;
  pause: object;
  subscribe: SubscribeOptions;
  unsubscribe: UnsubscribeOptions;
  update: UpdateOptions;
  configureSubscriber: ConfigureSubscriberOptions;
  switch: SwitchOptions;
  leaveSubscriber: object;
}
