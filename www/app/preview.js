import { createLocalTracks } from 'janus-wasm';

const KINDS = ['camera', 'microphone'];
/** What browsers say where the device that was asked for is not there. */
const GONE = ['OverconstrainedError', 'NotFoundError'];

/** The tracks of the lobby: what one would look and sound like, and what one then joins with. */
export class Preview {
  /** What the person wants to join with. */
  wanted;
  /** Why the camera or microphone is not there, by kind. */
  failures = new Map();
  #tracks = new Map();
  #asking;
  #asked;
  /** What was chosen and is not open yet. */
  #coming = new Map();
  #choice;
  #onChange;

  constructor(wanted, choice, onChange) {
    this.wanted = { ...wanted };
    this.#choice = choice;
    this.#onChange = onChange;
  }

  /** Whether the browser is being asked, and so may be asking the person. */
  get isAsking() {
    return this.#asking !== undefined;
  }

  /** The camera or microphone, if it is open. */
  track(kind) {
    const track = this.#tracks.get(kind);
    const media = track?.mediaStreamTrack;
    return media?.readyState === 'live' && media.enabled ? track : undefined;
  }

  /** Turns the camera or microphone on or off, as a wish: opening may take a while, or fail. */
  want(kind, on) {
    this.wanted[kind] = on;
    this.failures.delete(kind);
  }

  /** Opens what is wanted and not open, closes what is open and not wanted. */
  async open() {
    this.#closeUnwanted();
    // Somebody is at it; what is wanted by then is looked at when the browser has answered.
    if (this.#asking) return this.#onChange();
    await this.#ask((signal) => this.#openMissing(signal));
  }

  /** Opens another device where one is open. If that fails, the one before is opened again. */
  async change(kind, id) {
    this.#coming.set(kind, id);
    try {
      await this.#exchange(kind, id);
    } finally {
      this.#coming.delete(kind);
    }
  }

  async #exchange(kind, id) {
    while (this.#asking) {
      const { signal } = this.#asking;
      await this.#asked;
      // Joining called it off: what is open is the call's now.
      if (signal.aborted) return;
    }
    if (!this.track(kind)) return;
    let failure;
    await this.#ask(async (signal) => {
      this.close(kind);
      const error = await this.#openAs([kind], () => id, signal);
      if (signal.aborted) return;
      failure = error;
      // What was wanted meanwhile; after a failure, what was there before.
      this.#closeUnwanted();
      await this.#openMissing(signal);
    });
    if (failure) throw failure;
  }

  /** What to join with: open tracks as they are, and the wish for those the browser still asks about. */
  take() {
    this.#asking?.abort();
    this.#asking = undefined;
    const [camera, microphone] = KINDS.map((kind) =>
      this.wanted[kind] && !this.track(kind) && wish(this.#coming.get(kind) ?? this.#choice.id(kind)));
    const tracks = KINDS.filter((kind) => this.wanted[kind]).map((kind) => this.track(kind)).filter(Boolean);
    return { camera, microphone, tracks };
  }

  /** Closes the camera or microphone. */
  close(kind) {
    this.#tracks.get(kind)?.stop();
    this.#tracks.delete(kind);
  }

  /** One at a time asks the browser, until `take()` calls it off. */
  async #ask(work) {
    const asking = new AbortController();
    this.#asking = asking;
    this.#asked = work(asking.signal).finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    await this.#asked;
    if (!asking.signal.aborted) this.#onChange();
  }

  async #openMissing(signal) {
    // Each is asked for once, so that a device that closes again by itself is not asked for without end.
    const asked = new Set();
    for (;;) {
      const missing = KINDS.filter((kind) => this.wanted[kind] && !asked.has(kind) && !this.track(kind));
      this.#onChange();
      if (missing.length === 0) return;
      missing.forEach((kind) => asked.add(kind));
      await this.#openAll(missing, signal);
      // Called off by `take()`: joining asks for itself.
      if (signal.aborted) return;
      this.#closeUnwanted();
    }
  }

  #closeUnwanted() {
    for (const kind of KINDS) {
      if (!this.wanted[kind] || !this.track(kind)) this.close(kind);
    }
  }

  /** Asks for all in one prompt; if that fails, for each alone: a missing camera must not cost the microphone. */
  async #openAll(kinds, signal) {
    const error = await this.#request(kinds, signal);
    if (!error) return;
    for (const kind of kinds) {
      const again = kinds.length > 1 && (await isWorthAsking(kind, error));
      if (signal.aborted) return;
      const failure = again ? await this.#request([kind], signal) : error;
      if (signal.aborted) return;
      if (!failure) continue;
      this.wanted[kind] = false;
      this.failures.set(kind, failure);
    }
  }

  /** Opens the chosen devices; resolves with what went wrong, if anything did. */
  async #request(kinds, signal) {
    const ids = new Map(kinds.map((kind) => [kind, this.#choice.likelyId(kind)]));
    const error = await this.#openAs(kinds, (kind) => ids.get(kind), signal);
    // One of the last visit may be gone, and any other is better than none. Of two, each is asked for alone then.
    const isGone = GONE.includes(error?.name) && kinds.length === 1 && ids.get(kinds[0]);
    return isGone ? this.#openAs(kinds, () => undefined, signal) : error;
  }

  /** Opens these devices. */
  async #openAs(kinds, idOf, signal) {
    const wishes = Object.fromEntries(kinds.map((kind) => [kind, wish(idOf(kind))]));
    try {
      for (const track of await createLocalTracks({ ...wishes, signal })) {
        this.#tracks.set(track.source, track);
        track.mediaStreamTrack.addEventListener('ended', () => this.#unplugged(track));
      }
      // Now the browser tells what they are called.
      this.#choice.refresh().catch(() => undefined);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  #unplugged(track) {
    if (this.#tracks.get(track.source) !== track) return;
    this.#tracks.delete(track.source);
    this.wanted[track.source] = false;
    this.#onChange();
  }
}

/** How a device is asked for; without an id, any. */
const wish = (deviceId) => (deviceId ? { deviceId } : true);

/** A refused prompt is not repeated; but a blocked camera may have refused the microphone along with itself. */
async function isWorthAsking(kind, error) {
  if (error.name !== 'NotAllowedError') return true;
  const [own, other] = await Promise.all([kind, KINDS.find((each) => each !== kind)].map(permission));
  return own === 'granted' || (own === 'prompt' && other === 'denied');
}

async function permission(name) {
  try {
    return (await navigator.permissions.query({ name })).state;
  } catch {
    // This browser does not tell.
    return 'unknown';
  }
}
