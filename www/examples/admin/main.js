// An operator's page: list, make, watch, moderate and close rooms.
import { Janus } from 'janus-wasm';
import { ask } from './ask.js';
import { byId, count, entries, make, whilePressed } from './dom.js';
import { attempt, complain } from './problems.js';
import { openRoom } from './room.js';

/** The typed VideoRoom; another one after the session was lost. */
let rooms;
/** The room that is open, if one is, and how it was opened. */
let view;
let opened;
/** What shows private rooms, and makes rooms where the server asks for it. */
let adminKey;

/** A number as it is written: rooms may have more digits than JavaScript's numbers. Texts stay texts. */
const idOf = (text) => (/^\d+$/.test(text) ? BigInt(text) : text);

function say(text) {
  byId('status').textContent = text;
}

function show(section) {
  byId('list').hidden = section !== 'list';
  byId('room').hidden = section !== 'room';
}

function card(info) {
  const tags = [info.pinRequired && 'pin', info.record && 'recording', info.requireE2ee && 'encrypted'].filter(Boolean);
  const open = make('button', { className: 'primary', type: 'button', text: 'Open' });
  open.setAttribute('aria-label', `Open ${info.description}`);
  open.addEventListener('click', () => whilePressed(open, () => enter(info)));
  const facts = [`Room ${info.room}`, count(info.numParticipants, 'person', 'people'), ...tags].join(' · ');
  const name = make('strong', { text: info.description });
  return make('li', { className: 'bar' }, [make('div', {}, [name, make('span', { className: 'soft', text: facts })]), open]);
}

async function refresh() {
  const list = await rooms.list({ adminKey });
  list.sort((a, b) => b.numParticipants - a.numParticipants || a.description.localeCompare(b.description));
  byId('rooms').replaceChildren(...list.map(card));
  byId('none').hidden = list.length > 0;
}

async function enter(info, credentials) {
  const known = credentials ?? (await ask({
    title: `Open “${info.description ?? info.room}”`,
    text: 'The secret is what it takes to mute, to send out, to record and to change or close the room. '
      + 'Without one you can look. It is kept until you go back, and nowhere else.',
    yes: 'Open', pin: info.pinRequired, secret: true,
  }));
  if (!known) return;
  if (!(await look(info, known))) return;
  show('room');
  byId('room-title').tabIndex = -1;
  byId('room-title').focus();
}

async function look(info, known) {
  byId('people').replaceChildren();
  view = await openRoom(rooms, info, known, back);
  opened = { info, known };
  return view;
}

/** What happened while the connection was away was told to nobody: the room is looked at anew. */
async function again() {
  if (!view) return refresh();
  const { info, known } = opened;
  const before = view;
  view = undefined;
  await before.close().catch(() => {});
  if (!(await look({ ...info, ...before.info }, known))) show('list');
}

/** A room by its number: what is known of it without being in the list is little. */
async function open(form) {
  const room = idOf(entries(form).room);
  const listed = (await rooms.list({ adminKey })).find((entry) => String(entry.room) === String(room));
  await enter(listed ?? { room, pinRequired: true });
}

/** To the list, with a word about why. */
async function back(text) {
  const open = view;
  view = undefined;
  show('list');
  if (text) say(text);
  await attempt(async () => {
    await open?.close();
    await refresh();
  });
}

async function create(form) {
  const { room, bitrate = 0, ...given } = entries(form);
  const options = { ...given, adminKey, bitrate: Math.round(bitrate * 1000), notifyJoining: true, ...(room && { room: idOf(room) }) };
  const made = await rooms.create(options);
  form.reset();
  byId('creating').open = false;
  say(`The room “${options.description}” is there.`);
  await refresh();
  const info = (await rooms.list({ adminKey })).find((entry) => entry.room === made.room) ?? {
    ...options, room: made.room, maxPublishers: options.publishers, record: false,
  };
  await enter(info, { pin: options.pin, secret: options.secret });
}

async function reveal(form) {
  ({ adminKey } = entries(form));
  await refresh();
}

async function connect() {
  const response = await fetch('/config.json');
  const { servers } = await response.json();
  const janus = await Janus.connect(servers);
  janus.on('stateChanged', ({ state, error }) => {
    say(state === 'connected' ? `Connected to ${janus.url}` : 'The connection was lost. It is being made again…');
    if (state === 'closed' && error) complain(error);
  });
  const session = await janus.createSession();
  session.on('resumed', () => void attempt(again));
  session.on('renewed', () => void attempt(async () => {
    rooms = await session.videoRoom();
    await back('The server had forgotten this page, which is back. Open the room again.');
  }));
  rooms = await session.videoRoom();
  say(`Connected to ${janus.url}`);
}

byId('refresh').addEventListener('click', ({ currentTarget }) => whilePressed(currentTarget, () => attempt(refresh)));
byId('back').addEventListener('click', ({ currentTarget }) => whilePressed(currentTarget, () => back()));
for (const [id, work] of [['open', open], ['reveal', reveal]]) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void whilePressed(event.submitter, () => attempt(() => work(event.target)));
  });
}
byId('create').addEventListener('submit', (event) => {
  event.preventDefault();
  void whilePressed(event.submitter, () => attempt(() => create(event.target)));
});

await attempt(async () => {
  await connect();
  await refresh();
  show('list');
});
