/** Calls as a page would write them by mistake, and what each is told: the name of what is wrong, and what it has to be. */

const ANY = 'Symbol("x")';

const NO_COUNT = ['"5"', '-1', '1.5', 'NaN', 'Infinity', '5n', '2 ** 32', 'true', '{}'];

/** Values that are none of a kind, as source text. */
const NOT = {
  text: ['5', '{}', '[]', 'true', '() => {}'],
  flag: ['1', '0', '"on"', '""', '{}', '[]'],
  count: NO_COUNT,
  size: [...NO_COUNT, '0'],
  object: ['5', '"x"', 'true', '[]', '() => {}', ANY],
  function: ['5', '"x"', '{}', 'true'],
  signal: ['5', '{}', '{ aborted: true }', 'new EventTarget()'],
  list: ['5', '"x"', '{}', '[5]', '[null]'],
  token: ['5', '{}', '[]', 'true'],
  device: ['5', '0', '"x"', '""', '[]', '() => {}', ANY],
  id: ['{}', '1.5', '-1', 'true'],
  span: ['"500"', 'NaN', '-1', '{}', 'true', '[500]'],
  timeout: ['"5"', '-1', '0', 'NaN', '2 ** 31', '{}'],
};

/** What is no switch, where there has to be one. */
const NO_SWITCH = ['undefined', 'null', ...NOT.flag];

const NO_EVENT = /^type: there is no event "/;

/** One call for each value that is none of these kinds. */
function wrong(call, fields) {
  return Object.entries(fields).flatMap(([name, [kind, ...more]]) =>
    [...NOT[kind], ...more].map((value) => [call.replace('$', `${name}: ${value}`), new RegExp(`(^|\\.)${name}: expected|${name} must be`)]));
}

/** The same for what is no field but an argument. */
const argument = (name, call, values) => values.map((value) => [call.replace('$', value), new RegExp(`^${name}[ :]`)]);

const CAMERA = { deviceId: ['text'], width: ['size'], height: ['size'], frameRate: ['size'], simulcast: ['flag'] };
const MICROPHONE = {
  deviceId: ['text'], echoCancellation: ['flag'], noiseSuppression: ['flag'], autoGainControl: ['flag'], channelCount: ['size'],
};
const SCREEN = { width: ['size'], height: ['size'], frameRate: ['size'], audio: ['flag'] };
const PUBLISHING = {
  source: ['text', '"window"'], name: ['text'], simulcast: ['flag'], scalabilityMode: ['text', '"zzz"', '"L4T1"', '["L1T1"]'], codec: ['text', '"vp-9"', '["vp8"]'], maxBitrate: ['size'],
  maxFrameRate: ['size'], priority: ['text', '"top"'], degradationPreference: ['text', '"none"'], contentHint: ['text', '"art"'],
  layers: ['list', '[1, 0]'], dtx: ['flag'], fec: ['flag'], stereo: ['flag'],
};

/** Of a room that is made in joining; `room` is the one that is joined. */
const CREATING = {
  description: ['text'], secret: ['text'], pin: ['text'], adminKey: ['text'], isPrivate: ['flag'], permanent: ['flag'], allowed: ['list'],
  requirePvtid: ['flag'], signedTokens: ['flag'], bitrate: ['count'], bitrateCap: ['flag'], firFreq: ['count'], publishers: ['count'],
  audiocodec: ['text', '"mp3"', '"opus, pcmu"'], videocodec: ['text', '"vp8,vp8,vp8,vp8,vp8,vp8"'], vp9Profile: ['text'], h264Profile: ['text'],
  opusFec: ['flag'], opusDtx: ['flag'], audiolevelExt: ['flag'], audiolevelEvent: ['flag'], audioActivePackets: ['count'],
  audioLevelAverage: ['count'], videoorientExt: ['flag'], playoutdelayExt: ['flag'], transportWideCcExt: ['flag'], record: ['flag'],
  recDir: ['text'], lockRecord: ['flag'], notifyJoining: ['flag'], requireE2ee: ['flag'], dummyPublisher: ['flag'], dummyE2ee: ['flag'],
  threads: ['count'],
};

/** What is no list of STUN and TURN servers, although it is one. */
const NO_SERVERS = ['[{}]', '[{ urls: 5 }]', '[{ urls: "http://x" }]', '[{ urls: [] }]', '[{ urls: "turn:x" }]',
  '[{ urls: ["stun:x", "turns:x"], username: "x" }]'];

/** Of a connection, and of the room or the check that makes it. */
const CONNECTION = {
  token: ['token'], apiSecret: ['text'], connectTimeout: ['size'], requestTimeout: ['size'], probeInterval: ['size'],
  probeTimeout: ['size'], reconnect: ['object'], leaveOn: ['list', '["unload"]'], transport: ['function'], logger: ['function'],
  logLevel: ['text', '"loud"'], recorder: ['count'], iceServers: ['list', ...NO_SERVERS], iceTransportPolicy: ['text', '"none"'],
};

/** Everything that can be called off, called off by what cannot. */
const calledOff = (...beginnings) => beginnings.flatMap((begin) => wrong(`${begin}{ $ })`, { signal: ['signal'] }));

/** Of rooms, and of joining them. */
export const OPTIONS = [
  ...wrong('new Room({ servers: address, $ })', { ...CONNECTION, adaptive: ['flag'] }),
  ...wrong('checkConnection({ servers: address, $ })', {
    ...CONNECTION, signal: ['signal'], onStep: ['function', '0', '""'], timeout: ['timeout', '1e300', 'Infinity'],
    mediaDuration: ['timeout', '1e300'],
  }),
  ...argument('servers', 'checkConnection({ servers: $ })', ['undefined', 'null', '5', '{}', '[]', '[5]', '"ftp://x"', '[address, "x"]']),
  ...argument('servers', 'checkConnection($)', ['', 'null', '5', '{}']),
  ...wrong('new Room({ servers: address, reconnect: { $ } })', { budget: ['count'], delay: ['function'] }),
  ...wrong('Janus.connect(address, { $ })', { apiSecret: ['text'], recorder: ['count'], probeInterval: ['size'], transport: ['function'] }),
  ...argument('options', 'new Room({ servers: address }).join($)', ['5', '"1234"', '[]', ANY]),
  ...wrong('new Room({ servers: address }).join({ room: 1234, $ })', {
    display: ['text'], metadata: ['object'], pin: ['text'], token: ['text'], create: ['object'], camera: ['device'], microphone: ['device'],
    tracks: ['list'], subscribe: ['flag'], data: ['flag'], e2ee: ['flag'], reserveScreen: ['flag'], signal: ['signal'], id: ['id', '0', '0n'],
    roomBitrate: ['count'], awaitRoom: ['count'],
  }),
  ...wrong('new Room({ servers: address }).prepare({ $ })', { tracks: ['list'], reserveScreen: ['flag'] }),
  ...wrong('new Room({ servers: address }).join({ room: 1234, camera: { $ } })', CAMERA),
  ...wrong('new Room({ servers: address }).join({ room: 1234, microphone: { $ } })', MICROPHONE),
  ...wrong('new Room({ servers: address }).join({ room: 1234, create: { $ } })', CREATING),
  ...argument('dummyStreams', 'new Room({ servers: address }).join({ room: 1234, create: { dummyStreams: $ } })', ['5', '"x"', '{}']),
  ['new Room({ servers: address }).join({ room: 1234, create: { dummyStreams: [5] } })', /dummyStreams\[0\] must be/],
  ['new Room({ servers: address }).join({ room: 1234, create: { dummyStreams: [{}] } })', /dummyStreams\[0\]\.codec must be/],
  ['new Room({ servers: address }).join({ room: 1234, create: { colour: "red" } })', /no field colour/],
  ['new Room({ servers: address }).join({ room: 1234, metadata: { attributes: {} } })', /metadata\.attributes/],
  ...wrong('new Room({ servers: address }).on("stateChanged", () => {}, { $ })', { signal: ['signal'] }),
  ...wrong('new Room({ servers: address }).events({ $ })', { signal: ['signal'] }),
  ...wrong('createLocalTracks({ $ })', { signal: ['signal'] }),
  ...calledOff('Janus.connect(address, ', 'janus.info(', 'janus.ping(', 'janus.createSession(', 'session.attach("janus.plugin.echotest", ',
    'session.videoRoom(', 'echo.send({}, ', 'rooms.list('),
  ...wrong('rooms.joinPublisher({ room: 1234, $ })', { signal: ['signal'] }),
  ...argument('tones', 'insertDTMF(null, $)', ['undefined', 'null', '5', '""', '"x"', '["1"]']),
  ...wrong('insertDTMF(null, "1", { $ })', { duration: ['span', '39', '6001'], gap: ['span', '29', '6001'] }),
  ...calledOff('openDevices().then((devices) => devices.on("devicesChanged", () => {}, ', 'openDevices().then((devices) => devices.events(',
    'openDevices().then((devices) => devices.testSpeaker(').map(([call, words]) => [`${call})`, words]),
  ...argument('listener', 'openDevices().then((devices) => devices.on("devicesChanged", $))', ['undefined', '5', '{}']),
  ...wrong('openDevices().then((devices) => devices.testSpeaker({ $ }))', {
    deviceId: ['text'], duration: ['span', '60001', '0'],
  }),
  ...argument('options', 'createLocalTracks($)', ['', '{}', '{ camera: false }', 'null', '5', '"camera"']),
  ...['"trackSubscribe"', '"toString"', '""', 'undefined', 'null', '5', ANY].flatMap((type) =>
    ['new Room({ servers: address })', 'janus', 'session', 'echo'].map((one) => [`${one}.on(${type}, () => {})`, NO_EVENT])),
  ['openDevices().then((devices) => devices.on("change", () => {}))', NO_EVENT],
  ['rooms.joinPublisher({ room: 1234 }).then((publisher) => publisher.on("moderate", () => {}))', NO_EVENT],
  ...['{ seat() {} }', '{ seat: [Symbol("x")] }', '{ seat: { row: NaN } }', '{ toJSON() {} }'].map((metadata) =>
    [`new Room({ servers: address }).join({ room: 1234, metadata: ${metadata} })`, /has no JSON/]),
  ['echo.send({ done: () => {} })', /a function has no JSON/],
  ...argument('listener', 'new Room({ servers: address }).on("stateChanged", $)', ['undefined', '5', '{}']),
];

/** Joining another room, and preparing for it, with a list of tracks. */
const WITH_TRACKS = ['join({ room: 1234, tracks: [$] })', 'prepare({ tracks: [$] })'].map((call) => `new Room({ servers: address }).${call}`);

/** Where Ada and Bob are in a room: `me` is Ada, `mine` what she publishes, `theirs` the same as Bob has it, `file` what he got. */
export const WRONG_IN_ROOM = [
  ...WITH_TRACKS.flatMap((call) => wrong(call.replace('$', '{ track, $ }'), PUBLISHING)),
  ...WITH_TRACKS.flatMap((call) => argument('tracks', call, ['{}', '{ track: 5 }', '{ track: null }', '{ track: new MediaStream() }'])),
  ...argument('enabled', 'me.setCameraEnabled($)', NO_SWITCH),
  ...argument('enabled', 'me.setMicrophoneEnabled($)', NO_SWITCH),
  ...argument('enabled', 'me.setScreenShareEnabled($)', NO_SWITCH),
  ...argument('camera', 'me.setCameraEnabled(true, $)', NOT.object),
  ...argument('microphone', 'me.setMicrophoneEnabled(true, $)', NOT.object),
  ...argument('screen', 'me.setScreenShareEnabled(true, $)', NOT.object),
  ...argument('publishing', 'me.setScreenShareEnabled(true, {}, $)', NOT.object),
  ...wrong('me.setCameraEnabled(true, { $ })', CAMERA),
  ...wrong('me.setMicrophoneEnabled(true, { $ })', MICROPHONE),
  ...wrong('me.setScreenShareEnabled(true, { $ })', SCREEN),
  ...wrong('me.publishTrack(track, { $ })', PUBLISHING),
  ...wrong('mine.configure({ $ })', PUBLISHING),
  ...argument('options', 'me.publishTrack(track, $)', NOT.object),
  ...argument('options', 'mine.configure($)', [...NOT.object, 'undefined', 'null']),
  ...argument('track', 'me.publishTrack($)', ['undefined', 'null', '5', '{}', 'new MediaStream()']),
  ...argument('track', 'me.unpublishTrack($)', ['undefined', 'null', '5', '{}']),
  ...argument('track', 'mine.replaceTrack($)', ['undefined', 'null', '5', '{}']),
  ...argument('options', 'mine.mute($)', NOT.object),
  ...wrong('mine.mute({ $ })', { release: ['flag'] }),
  ...argument('deviceId', 'mine.switchDevice($)', ['undefined', '5', '""']),
  ...argument('data', 'me.sendData($)', ['undefined', 'null', '5', '{}', '""', 'new ArrayBuffer(0)', 'new Blob(["x"])']),
  ...argument('options', 'me.sendData("x", $)', NOT.object),
  ...argument('element', '[...me.publications.values()][0].track.attach($)', ['null', '5', '"video"', '{}', 'document.createElement("div")']),
  ...argument('element', '[...me.publications.values()][0].track.detach($)', ['null', '5', '"video"', '{}', 'document.createElement("div")']),
  ...wrong('me.sendData("x", { $ })', { reliable: ['flag'], signal: ['signal'] }),
  ...argument('file', 'me.sendFile($)', ['undefined', 'null', '"x"', 'new ArrayBuffer(5)']),
  ...argument('options', 'me.sendFile(new Blob(["x"]), $)', NOT.object),
  ...wrong('me.sendFile(new Blob(["x"]), { $ })', { name: ['text'], onProgress: ['function'], signal: ['signal'] }),
  ...argument('listener', 'file.on("progress", $)', ['undefined', '5', '{}']),
  ['file.on("done", () => {})', NO_EVENT],
  ['me.setMetadata({ seat: () => 1 })', /has no JSON/],
  ...calledOff('file.on("progress", () => {}, ', 'file.events('),
  ...argument('participant', 'me.request($, "size")', ['undefined', '5', '{}', 'me', 'participant.id']),
  ...argument('method', 'bob.localParticipant.request([...bob.remoteParticipants.values()][0], $)', ['undefined', '5', '""', '"x".repeat(300)']),
  ...wrong('bob.localParticipant.request(participant, "size", 1, { $ })', { timeout: ['timeout'], signal: ['signal'] }),
  ...argument('options', 'bob.localParticipant.request(participant, "size", 1, $)', NOT.object),
  ...['5n', '() => 1', ANY, 'NaN', '[Infinity]', '{ call() {} }', '[[Symbol("x")]]'].map((payload) =>
    [`bob.localParticipant.request(participant, "size", ${payload})`, /JSON/]),
  ['(() => { const loop = {}; loop.loop = loop; return bob.localParticipant.request(participant, "size", loop); })()', /JSON/],
  ...argument('method', 'ada.onRequest($, () => 1)', ['undefined', '5', '""', '{}']),
  ...argument('handler', 'ada.onRequest("other", $)', ['undefined', '7', '{}']),
  ...argument('text', 'me.sendChatMessage($)', ['undefined', '5', '""', '"x".repeat(20000)']),
  ...argument('attributes', 'me.setAttributes($)', ['undefined', 'null', ...NOT.object]),
  ['me.setAttributes({ language: 5 })', /attributes\.language: expected text/],
  ['me.setAttributes({ language: "x".repeat(9000) })', /attributes: at most/],
  ...argument('raised', 'me.setHandRaised($)', NO_SWITCH),
  ...argument('metadata', 'me.setMetadata($)', ['undefined', 'null', ...NOT.object]),
  ...argument('subscribed', 'theirs.setSubscribed($)', NO_SWITCH),
  ...argument('paused', 'theirs.setPaused($)', NO_SWITCH),
  ...argument('paused', 'bob.setReceivingPaused($)', NO_SWITCH),
  ...argument('layers', 'theirs.setLayers($)', ['undefined', 'null', ...NOT.object]),
  ...['spatial', 'temporal'].flatMap((name) => argument(name, `theirs.setLayers({ ${name}: $ })`, ['3', '-1', '"2"', '0.5', 'null', 'true'])),
  ...argument('range', 'theirs.setPlayoutDelay($)', ['undefined', 'null', ...NOT.object]),
  ...['min', 'max'].flatMap((name) => argument(name, `theirs.setPlayoutDelay({ ${name}: $ })`, ['-1', '"5"', 'NaN', '50000', 'true', '{}'])),
  ['theirs.setPlayoutDelay({ min: 500, max: 100 })', /^max: expected 500/],
  ...argument('iceServers', 'ada.setIceServers($)', ['undefined', 'null', ...NOT.list, '[{ urls: "http://x" }]', '[{ urls: "turn:x" }]']),
  ...argument('options', 'ada.setCredentials($)', ['undefined', 'null', '5', '"1815"', '[]', ANY]),
  ...wrong('ada.setCredentials({ $ })', { pin: ['text'], token: ['text'] }),
  ...argument('deviceId', 'ada.setSpeaker($)', ['undefined', '5', '{}']),
  ...argument('simulate', 'ada.simulate($)', ['undefined', '5', '"bang"', '"toString"', '{}']),
  ...argument('options', 'ada.debugBundle($)', NOT.object),
  ...wrong('ada.debugBundle({ $ })', { addresses: ['flag'] }),
  ...argument('secret', 'ada.moderation($)', ['5', '{}', 'null']),
  ...argument('participant', 'moderation.kick($)', ['undefined', 'null', '{}', '-1', 'true']),
  ...argument('publication', 'moderation.mute($)', ['undefined', 'null', '5', '{}']),
  ...argument('pin', 'moderation.lock($)', ['undefined', '5', '""']),
  ...argument('record', 'moderation.setRecording($)', ['undefined', '1', '"yes"']),
  ...['kick(participant, $)', 'mute(theirs, $)', 'unmute(theirs, $)', 'lock("1815", $)', 'unlock($)', 'setRecording(true, $)', 'end($)']
    .flatMap((call) => argument('options', `moderation.${call}`, NOT.object)),
  ...argument('listener', 'mine.track.monitorLevel($)', ['undefined', 'null', '5', '{}']),
  ...calledOff('moderation.kick(participant, ', 'moderation.mute(theirs, ', 'moderation.unmute(theirs, ', 'moderation.lock("1815", ',
    'moderation.unlock(', 'moderation.setRecording(true, ', 'moderation.end('),
];
