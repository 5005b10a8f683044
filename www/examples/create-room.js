/** Rooms from a page: create one, look it up, meet its errors, destroy it. */
import { Janus, JanusError } from 'janus-wasm';

const ROOM = 12345678;
/** Beyond 2^53 a `number` loses digits, and a `bigint` does not. */
const LARGE_ROOM = 9007199254740993n;
const SECRET = '1234';

async function run(servers) {
  // One connection, tried in the order given. The scheme chooses the transport:
  // ws: and wss: speak over a WebSocket, http: and https: over fetch.
  const connect = `Janus.connect(${show(servers)})`;
  const janus = await step('Connect', connect, () => Janus.connect(servers), ({ url }) => url);
  try {
    await step('Ask what the server has', 'janus.info()', () => janus.info(), (info) => ({
      server: `${info.name} ${info.version_string}`,
      transports: Object.keys(info.transports),
    }));

    const create = () => janus.createSession();
    const session = await step('Create a session', 'janus.createSession()', create, ({ id }) => id);
    const attach = () => session.videoRoom();
    const rooms = await step('Attach to VideoRoom', 'session.videoRoom()', attach, () => 'attached');

    await clearAway(rooms);
    await privateRoom(rooms);
    await largeRoom(rooms);

    // Ends the handles with it.
    await step('Destroy the session', 'session.destroy()', () => session.destroy(), () => 'done');
  } finally {
    janus.close();
  }
}

async function privateRoom(rooms) {
  const options = {
    room: ROOM,
    description: 'myroomFirst',
    secret: SECRET,
    pin: '1234',
    isPrivate: true,
    permanent: false,
  };
  const request = `rooms.create(${show(options)})`;
  const created = await step('Create a private room', request, () => rooms.create(options));
  expect(created.room === ROOM && !created.permanent, 'the room that was asked for');

  const list = await step('It is not in the public list', 'rooms.list()', () => rooms.list(), numbers);
  expect(!list.some(({ room }) => room === ROOM), 'a list without the private room');

  const isThere = await step('It exists all the same', `rooms.exists(${ROOM})`, () => rooms.exists(ROOM));
  expect(isThere, 'the room to exist');

  // Errors have a stable `code` to match on, and the server's own number as `status`.
  const guess = { room: ROOM, display: 'Ada', pin: '0000' };
  const refused = await refusal('Join with a wrong pin', `rooms.joinPublisher(${show(guess)})`, () => rooms.joinPublisher(guess));
  expect(refused.code === 'unauthorized' && refused.status === 433, 'unauthorized (433)');

  const again = { room: ROOM };
  const create = () => rooms.create(again);
  const taken = await refusal('Create it a second time', `rooms.create(${show(again)})`, create);
  expect(taken.code === 'room-exists' && taken.status === 427, 'room-exists (427)');

  await destroy(rooms, ROOM);
}

async function largeRoom(rooms) {
  const options = { room: LARGE_ROOM, secret: SECRET };
  const request = `rooms.create(${show(options)})`;
  const created = await step('Create a room beyond 2^53', request, () => rooms.create(options));
  expect(created.room === LARGE_ROOM, 'the same number, digit by digit');

  const list = await step('It is in the public list', 'rooms.list()', () => rooms.list(), numbers);
  expect(list.some(({ room }) => room === LARGE_ROOM), 'the same number, digit by digit');

  await destroy(rooms, LARGE_ROOM);
}

async function destroy(rooms, room) {
  const options = { room, secret: SECRET };
  await step('Destroy it with its secret', `rooms.destroy(${show(options)})`, () => rooms.destroy(options));
  const isThere = await step('It is gone', `rooms.exists(${show(room)})`, () => rooms.exists(room));
  expect(!isThere, 'no such room');
}

/** A run that was cut short may have left its rooms behind. */
async function clearAway(rooms) {
  for (const room of [ROOM, LARGE_ROOM]) {
    if (await rooms.exists(room)) await rooms.destroy({ room, secret: SECRET });
  }
}

// From here on: showing it.

const log = document.querySelector('#log');
const buttons = document.querySelectorAll('[data-transport]');
const query = new URLSearchParams(location.search);

/** Does something and prints what was asked and what came of it. */
async function step(title, request, action, summary = (result) => result) {
  const result = await action();
  print(title, request, show(summary(result)));
  return result;
}

/** The same for something that must be refused. */
async function refusal(title, request, action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof JanusError)) throw error;
    print(title, request, `${error.name} ${show({ code: error.code, status: error.status })} ${error.message}`);
    return error;
  }
  throw new Error(`${title}: this should have been refused`);
}

function expect(isSo, what) {
  if (!isSo) throw new Error(`Expected ${what}`);
}

/** A value as JSON; `bigint`s, which JSON has no word for, end in n as they do in code. */
function show(value) {
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));
  return text.replaceAll(/"(\d+n)"/g, '$1');
}

function numbers(list) {
  return list.map(({ room }) => room);
}

function print(title, request, result, failed = false) {
  const item = document.createElement('li');
  const parts = [['strong', '', title], ['code', 'request', request], ['code', 'result', result]];
  for (const [tag, className, text] of parts) {
    const part = document.createElement(tag);
    part.className = className;
    part.textContent = text;
    if (text) item.append(part);
  }
  item.toggleAttribute('data-failed', failed);
  log.append(item);
}

/** The servers of the page that are reached this way. */
async function serversOf(transport) {
  const given = query.getAll('server');
  const { servers } = given.length > 0 ? { servers: given } : await (await fetch('/config.json')).json();
  const scheme = transport === 'fetch' ? /^https?:/ : /^wss?:/;
  const fitting = servers.filter((server) => scheme.test(server));
  if (fitting.length === 0) throw new Error(`This page knows no server to reach over ${transport}`);
  return fitting;
}

async function runAndShow(transport) {
  log.replaceChildren();
  delete document.body.dataset.result;
  for (const button of buttons) button.disabled = true;
  try {
    await run(await serversOf(transport));
    document.body.dataset.result = 'ok';
  } catch (error) {
    print('This went wrong', '', error.message, true);
    document.body.dataset.result = 'failed';
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

for (const button of buttons) {
  button.addEventListener('click', () => void runAndShow(button.dataset.transport));
}
if (query.has('run')) void runAndShow(query.get('transport') ?? 'websocket');
