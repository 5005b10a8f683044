/** What the server itself says: sessions and handles through the admin API, rooms through VideoRoom. */
import { randomBytes } from 'node:crypto';
import { until } from './wait.mjs';

/** The secret of the demo room, which also guards rooms made here. */
const ROOM_SECRET = 'adminpwd';

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ transaction: randomBytes(8).toString('hex'), ...body }),
  });
  return response.json();
}

async function ask(url, body) {
  const answer = await post(url, body);
  if (answer.janus !== 'success') {
    throw new Error(`${body.janus}: ${JSON.stringify(answer)}`);
  }
  return answer;
}

/** The ids of all sessions. */
export async function sessions(janus) {
  const { sessions: ids } = await ask(janus.admin, { janus: 'list_sessions', admin_secret: janus.adminSecret });
  return ids;
}

/** How much is left on the server: `{ sessions, handles }`. */
export async function load(janus) {
  const ids = await sessions(janus);
  let handles = 0;
  for (const id of ids) {
    const question = { janus: 'list_handles', admin_secret: janus.adminSecret };
    const answer = await post(`${janus.admin}/${id}`, question);
    // A session may end between the two questions: then it has none.
    handles += answer.handles?.length ?? 0;
  }
  return { sessions: ids.length, handles };
}

/** Whose sessions are left: of each, its age and what its handles are, as far as the server says. */
export async function leftovers(janus) {
  const secret = { admin_secret: janus.adminSecret };
  const left = [];
  for (const id of await sessions(janus)) {
    const { handles = [] } = await post(`${janus.admin}/${id}`, { janus: 'list_handles', ...secret });
    const infos = handles.map((handle) => post(`${janus.admin}/${id}/${handle}`, { janus: 'handle_info', ...secret }));
    const told = (await Promise.all(infos)).map(({ info }) => info ?? {});
    left.push({
      id,
      transport: told[0]?.session_transport,
      lastActivitySeconds: told[0] && (Date.now() * 1000 - told[0].session_last_activity) / 1e6,
      handles: told.map(({ plugin_specific: plugin }) => [plugin?.type, plugin?.display].filter(Boolean).join(' ')),
    });
  }
  return left;
}

/** What the server says of a handle there is no more. */
const NO_SUCH_HANDLE = 459;

/** Takes their handles away from all sessions; each hears of it by an event. Pages let go what is of no use without the others. */
export async function detachHandles(janus) {
  const question = { admin_secret: janus.adminSecret };
  for (const id of await sessions(janus)) {
    const { handles } = await ask(`${janus.admin}/${id}`, { janus: 'list_handles', ...question });
    for (const handle of handles) {
      const answer = await post(`${janus.admin}/${id}/${handle}`, { janus: 'detach_handle', ...question });
      const gone = answer.janus === 'success' || answer.error?.code === NO_SUCH_HANDLE;
      if (!gone) throw new Error(`detach_handle: ${JSON.stringify(answer)}`);
    }
  }
}

/** Closes the peer connections of all handles with this role in a room, and leaves the handles. */
export async function hangUp(janus, role) {
  const secret = { admin_secret: janus.adminSecret };
  for (const id of await sessions(janus)) {
    const { handles = [] } = await ask(`${janus.admin}/${id}`, { janus: 'list_handles', ...secret });
    for (const handle of handles) {
      const { info } = await ask(`${janus.admin}/${id}/${handle}`, { janus: 'handle_info', ...secret });
      if (info.plugin_specific?.type === role && info.flags.ready) await ask(`${janus.admin}/${id}/${handle}`, { janus: 'hangup_webrtc', ...secret });
    }
  }
}

/** Makes the server send nothing to those who receive in a room, who hear nothing of it: the answer is ours. */
export async function silence(janus) {
  const secret = { admin_secret: janus.adminSecret };
  for (const id of await sessions(janus)) {
    const { handles = [] } = await ask(`${janus.admin}/${id}`, { janus: 'list_handles', ...secret });
    for (const handle of handles) {
      const { info } = await ask(`${janus.admin}/${id}/${handle}`, { janus: 'handle_info', ...secret });
      if (info.plugin_specific?.type === 'subscriber') {
        await post(`${janus.http}/${id}/${handle}`, { janus: 'message', body: { request: 'pause' } });
      }
    }
  }
}

/** From how many lost packets a second on the server says so, of connections to come; 0 for never. */
export async function setSlowLinkThreshold(janus, threshold) {
  await ask(janus.admin, { janus: 'set_slowlink_threshold', admin_secret: janus.adminSecret, slowlink_threshold: threshold });
}

/** Waits until the server holds neither a session nor a handle. */
export async function nothingLeft(janus, { timeout = 15_000 } = {}) {
  await until('no session and no handle on the server', async () => {
    const { sessions, handles } = await load(janus);
    return sessions === 0 && handles === 0;
  }, { timeout, explain: () => load(janus) });
}

/** Ends these sessions; every one there is, so that what one test left does not stand in the way of the next. */
export async function endSessions(janus, ids) {
  for (const id of ids ?? (await sessions(janus))) {
    await post(`${janus.admin}/${id}`, { janus: 'destroy_session', admin_secret: janus.adminSecret });
  }
}

/** One VideoRoom request over HTTP, in a session of its own that is gone afterwards. */
export async function videoroom(janus, body) {
  const { data: session } = await ask(janus.http, { janus: 'create' });
  const url = `${janus.http}/${session.id}`;
  try {
    const { data: handle } = await ask(url, { janus: 'attach', plugin: 'janus.plugin.videoroom' });
    const answer = await ask(`${url}/${handle.id}`, { janus: 'message', body });
    return answer.plugindata.data;
  } finally {
    await post(url, { janus: 'destroy' });
  }
}

export async function createRoom(janus, room, options = {}) {
  const answer = await videoroom(janus, {
    request: 'create', room, secret: ROOM_SECRET, publishers: 20, audiolevel_event: true, ...options,
  });
  if (answer.videoroom !== 'created') {
    throw new Error(`the room was not made: ${JSON.stringify(answer)}`);
  }
}

export async function rooms(janus) {
  const { list } = await videoroom(janus, { request: 'list' });
  return list.map(({ room }) => room);
}

const participants = async (janus, room) => (await videoroom(janus, { request: 'listparticipants', room })).participants;

/** The names of those in a room. */
export async function present(janus, room) {
  return (await participants(janus, room)).map(({ display }) => display);
}

/** The names of those in a room whose media really reaches the server: only they count towards its limit. */
export async function publishing(janus, room) {
  return (await participants(janus, room)).filter(({ publisher }) => publisher).map(({ display }) => display);
}
