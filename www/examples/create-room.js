/** VideoRoom administration, typed, over either transport. */
import { Janus, JanusError } from 'janus-wasm';

const ROOM = 12345678;
const BIG_ROOM = 9007199254740993n; // JavaScript numbers are exact only to 2^53: this one is a bigint

const log = document.querySelector('#log');
const text = (value) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part));

function print(title, value, ok = true) {
  const line = document.createElement('li');
  const code = document.createElement('code');
  line.dataset.ok = String(ok);
  code.textContent = value === undefined ? '' : text(value);
  line.append(title, code);
  log.append(line);
}

/** Prints what a step came to; the example stops where something is not as it should be. */
function expect(condition, title, value) {
  print(title, value, condition);
  if (!condition) throw new Error(`not as expected: ${title}`);
}

/** The error that a step must end with. */
async function refusal(step) {
  try {
    await step;
  } catch (error) {
    if (error instanceof JanusError) return { code: error.code, status: error.status };
    throw error;
  }
  return undefined;
}

async function createRoom(rooms) {
  const created = await rooms.create({
    room: ROOM,
    description: 'myroomFirst',
    secret: '1234',
    pin: '1234',
    isPrivate: true,
    permanent: false,
  });
  expect(created.room === ROOM && created.permanent === false, 'create: the room is there', created);

  const list = await rooms.list();
  expect(!list.some(({ room }) => room === ROOM), 'list: private rooms are left out', list.map(({ room }) => room));
  expect(await rooms.exists(ROOM), 'exists: it is found all the same', true);

  const wrongPin = await refusal(rooms.join({ room: ROOM, display: 'Ada', pin: '9999' }));
  expect(wrongPin?.code === 'unauthorized' && wrongPin.status === 433, 'join with a wrong pin: refused', wrongPin);

  const twice = await refusal(rooms.create({ room: ROOM }));
  expect(twice?.code === 'room-exists' && twice.status === 427, 'create it again: refused', twice);

  await rooms.destroy({ room: ROOM, secret: '1234' });
  expect(!(await rooms.exists(ROOM)), 'destroy: it is gone', false);
}

async function createBigRoom(rooms) {
  const created = await rooms.create({ room: BIG_ROOM, secret: '1234' });
  expect(created.room === BIG_ROOM, 'create a room with an id above 2^53: not one digit is lost', created);
  const list = await rooms.list();
  expect(list.some(({ room }) => room === BIG_ROOM), 'list: it comes back as it went', BIG_ROOM);
  await rooms.destroy({ room: BIG_ROOM, secret: '1234' });
  expect(!(await rooms.exists(BIG_ROOM)), 'destroy: it is gone', false);
}

/** Rooms a run before this one left behind, when it was cut short. */
async function cleanUp(rooms) {
  for (const room of [ROOM, BIG_ROOM]) {
    if (await rooms.exists(room)) await rooms.destroy({ room, secret: '1234' });
  }
}

async function run(transport) {
  delete document.body.dataset.result;
  log.replaceChildren();
  const { servers } = await (await fetch('/config.json')).json();
  const scheme = transport === 'fetch' ? 'http' : 'ws';
  const given = new URLSearchParams(location.search).get('server');
  let janus;
  try {
    janus = await Janus.connect(given ?? servers.find((server) => server.startsWith(scheme)));
    const info = await janus.info();
    print(`info: ${info.name} ${info.version_string} at ${janus.url}`, Object.keys(info.transports));
    const session = await janus.createSession();
    print('create: a session', session.id);
    const rooms = await session.videoRoom();
    print('attach: a handle on the VideoRoom plugin');
    await cleanUp(rooms);
    await createRoom(rooms);
    await createBigRoom(rooms);
    await session.destroy();
    document.body.dataset.result = 'ok';
  } catch (error) {
    print(String(error), undefined, false);
    document.body.dataset.result = 'failed';
  } finally {
    janus?.close();
  }
}

for (const button of document.querySelectorAll('[data-transport]')) {
  button.addEventListener('click', () => void run(button.dataset.transport));
}

const query = new URLSearchParams(location.search);
if (query.has('run')) void run(query.get('transport') ?? 'websocket');
