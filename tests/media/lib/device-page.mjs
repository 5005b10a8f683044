/** Devices in a bare page: what the tests wait for, and what runs in the page. */

/** Waits for so many events and gives those since the last time, in words. */
export async function heard(page, count) {
  await page.waitFor(`${count} events`, (wanted) => globalThis.told.length >= wanted, count);
  return page.evaluate(readTold);
}

/** Waits until no sound the page ever made is left. */
export async function isTidy(page) {
  await page.waitFor('nothing to be left of the sound', () => {
    const { contexts, players, streams } = globalThis;
    return contexts.length > 0 && contexts.every(({ state }) => state === 'closed')
      && players.every((player) => player.paused && !player.srcObject)
      && streams.every((stream) => stream.getTracks().every(({ readyState }) => readyState === 'ended'));
  });
}

// What follows runs in the page.

export async function makeDevices() {
  const { Devices } = await import('/devices.js');
  globalThis.devices = new Devices();
}

export async function openAndClose() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  stream.getTracks().forEach((track) => track.stop());
}

/** Listens to everything; returns when the list it compares with has been read. */
export async function listen() {
  globalThis.told = [];
  for (const type of ['devicesChanged', 'defaultChanged', 'permissionChanged']) {
    devices.on(type, (event) => globalThis.told.push({ type, ...event }));
  }
  await devices.list();
}

/** In words, since Firefox's driver loses what is in an event twice. */
export function readTold() {
  const ids = (list) => list.map(({ id }) => id).join(' ');
  const fresh = globalThis.told.slice(globalThis.readSoFar ?? 0);
  globalThis.readSoFar = globalThis.told.length;
  return fresh.map((event) => event.type === 'defaultChanged'
    ? `default ${event.kind} ${event.device?.id}`
    : `changed ${ids(event.devices)}; added ${ids(event.added)}; removed ${ids(event.removed)}`);
}

export function changeDevices({ list, times = 1 }) {
  globalThis.mock(list);
  for (let time = 0; time < times; time += 1) navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
}

export async function insecurely(code) {
  const media = (0, eval)(`${code}; media`);
  const devices = new media.Devices();
  const stop = devices.on('devicesChanged', () => {});
  const seen = {
    secure: isSecureContext,
    media: typeof navigator.mediaDevices,
    list: await devices.list(),
    permission: await devices.permission('camera'),
    chosen: await devices.chooseSpeaker().catch((error) => error.code),
    held: globalThis.held(),
  };
  stop();
  devices.close();
  return seen;
}

/** Sees what the module does with the browser: listeners, prompts, lists, sound. */
export function installSpies() {
  const listeners = [];
  globalThis.held = () => listeners.filter(({ signal }) => !signal?.aborted).map(({ type }) => type).sort();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (type === 'devicechange' || type === 'change') listeners.push({ type, listener, signal: options?.signal });
    return addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const index = listeners.findIndex((one) => one.type === type && one.listener === listener);
    if (index >= 0) listeners.splice(index, 1);
    return removeEventListener.call(this, type, listener, options);
  };

  globalThis.prompts = 0;
  globalThis.enumerations = 0;
  const media = navigator.mediaDevices;
  if (media) {
    const { getUserMedia } = media;
    media.getUserMedia = (...args) => {
      globalThis.prompts += 1;
      return getUserMedia.apply(media, args);
    };
  }
  globalThis.mock = (list) => {
    media.enumerateDevices = async () => {
      globalThis.enumerations += 1;
      return list.map(([kind, deviceId, label, groupId = deviceId]) => ({ kind, deviceId, label, groupId }));
    };
  };

  globalThis.contexts = [];
  globalThis.players = [];
  globalThis.streams = [];
  globalThis.peaks = [];
  const { AudioContext, Audio } = globalThis;
  globalThis.AudioContext = class extends AudioContext {
    constructor(...args) {
      super(...args);
      globalThis.contexts.push(this);
    }

    createMediaStreamDestination() {
      const output = super.createMediaStreamDestination();
      globalThis.streams.push(output.stream);
      hear(output.stream);
      return output;
    }
  };
  globalThis.Audio = function (...args) {
    const player = new Audio(...args);
    globalThis.players.push(player);
    return player;
  };

  /** Notes the loudest frequency of the sound, as long as there is any. */
  function hear(stream) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(stream.clone()).connect(analyser);
    const lines = new Float32Array(analyser.frequencyBinCount);
    const timer = setInterval(() => {
      if (stream.getTracks()[0].readyState === 'ended') {
        clearInterval(timer);
        return context.close();
      }
      analyser.getFloatFrequencyData(lines);
      const loudest = lines.indexOf(Math.max(...lines));
      if (loudest < 0 || lines[loudest] < -60) return undefined;
      globalThis.peaks.push(Math.round((loudest * context.sampleRate) / analyser.fftSize));
      return globalThis.onSound?.();
    }, 20);
  }
}
