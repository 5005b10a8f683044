/** What a device is for. */
export type DeviceKind = 'camera' | 'microphone' | 'speaker';

/** A camera, a microphone or a speaker. */
export interface Device {
  /** What the browser knows it by; '' while it only says that there is one, before permission. */
  readonly id: string;
  /** The same for all devices of one piece of hardware, such as a headset; '' before permission. */
  readonly groupId: string;
  readonly kind: DeviceKind;
  /** Its name; '' while permission is missing. */
  readonly label: string;
  /** Whether it is taken when a page names none. Only some browsers tell which speaker that is. */
  readonly isDefault: boolean;
}

/** @internal How a list became another. */
export interface ListChange {
  devices: readonly Device[];
  added: readonly Device[];
  removed: readonly Device[];
}

/** @internal A kind with its new default device. */
export interface DefaultChange {
  kind: DeviceKind;
  device: Device | undefined;
}

const KINDS = { videoinput: 'camera', audioinput: 'microphone', audiooutput: 'speaker' } as const;

/** @internal In the order of the list. */
export const DEVICE_KINDS: readonly DeviceKind[] = Object.values(KINDS);

/** Ids by which Chromium lists a device a second time. */
const DEFAULT = 'default';
const COMMUNICATIONS = 'communications';

/** @internal Absent in an insecure context, and where there is no browser. */
export const mediaDevices = (): MediaDevices | undefined => globalThis.navigator?.mediaDevices;

/** @internal The devices as they are now, without prompting. Rejects with the browser's `DOMException`. */
export async function readDevices(): Promise<Device[]> {
  const found = ((await mediaDevices()?.enumerateDevices()) ?? []).map(toDevice);
  return DEVICE_KINDS.flatMap((kind) => fold(found.filter((device) => device.kind === kind)));
}

/** @internal */
export function toDevice({ deviceId, groupId, kind, label }: MediaDeviceInfo): Device {
  return { id: deviceId, groupId, kind: KINDS[kind], label, isDefault: false };
}

/** Each device of a kind once, with the default one marked. */
function fold(devices: Device[]): Device[] {
  const byId = new Map(devices.map((device) => [device.id, device]));
  const entry = byId.get(DEFAULT);
  byId.delete(DEFAULT);
  byId.delete(COMMUNICATIONS);
  const real = [...byId.values()];
  if (!entry) return real.map((device, index) => ({ ...device, isDefault: index === 0 && isDefaultIfFirst(device) }));
  const meant = deviceOf(entry, real);
  // An entry that stands for none of the others is a device of its own, as on Linux: nothing else leads to it.
  if (!meant) return [{ ...entry, isDefault: true }, ...real];
  return real.map((device) => ({ ...device, isDefault: device === meant }));
}

/** The default camera and microphone come first, says the standard. Of speakers it says nothing; '' is the default. */
function isDefaultIfFirst({ kind, id }: Device): boolean {
  return kind !== 'speaker' || id === '';
}

/** Which device Chromium's entry stands for: it is of its group, and its label ends with the device's. */
function deviceOf(entry: Device, devices: Device[]): Device | undefined {
  const grouped = devices.filter(({ groupId }) => groupId === entry.groupId);
  if (grouped.length === 1) return grouped[0];
  const named = (grouped.length > 0 ? grouped : devices).filter(
    ({ label }) => label !== '' && entry.label.endsWith(label),
  );
  const length = Math.max(...named.map(({ label }) => label.length));
  const best = named.filter(({ label }) => label.length === length);
  return best.length === 1 ? best[0] : undefined;
}

/** @internal What changed, if anything did. The order says nothing. */
export function changeOf(before: readonly Device[], devices: readonly Device[]): ListChange | undefined {
  if (before.length === devices.length && devices.every((device) => before.some((other) => isSame(device, other)))) {
    return undefined;
  }
  const covered = speakersAreCovered(before, devices);
  const missingIn = (list: readonly Device[]) => (device: Device) =>
    !(covered && device.kind === 'speaker') && !list.some((other) => mayBe(device, other));
  return { devices, added: devices.filter(missingIn(before)), removed: before.filter(missingIn(devices)) };
}

/** Whether a permission came or went: with that for microphones, Firefox shows and hides the speakers too. */
function speakersAreCovered(before: readonly Device[], devices: readonly Device[]): boolean {
  const [old, now] = [before, devices].map((list) => list.find(({ kind }) => kind === 'microphone'));
  return old !== undefined && now !== undefined && (old.id === '') !== (now.id === '');
}

function isSame(one: Device, other: Device): boolean {
  return (Object.keys(one) as (keyof Device)[]).every((key) => one[key] === other[key]);
}

/** A device without an id may be any: when permission comes, none was plugged in. */
function mayBe(one: Device, other: Device): boolean {
  return one.kind === other.kind && (one.id === other.id || one.id === '' || other.id === '');
}

/** @internal The kinds whose default device is another now; not those where it only came to be known. */
export function defaultChanges(before: readonly Device[], devices: readonly Device[]): DefaultChange[] {
  return DEVICE_KINDS.flatMap((kind) => {
    const [old, device] = [before, devices].map((list) => list.find((one) => one.kind === kind && one.isDefault));
    return isSameDefault(old, device) ? [] : [{ kind, device }];
  });
}

function isSameDefault(one: Device | undefined, other: Device | undefined): boolean {
  if (one?.id === '' || other?.id === '') return true;
  // The entry of its own keeps its id whatever it leads to.
  return one?.id === other?.id && (one?.id !== DEFAULT || one.label === other?.label);
}
