/** What the address asks for, and which servers there are. */

const query = new URLSearchParams(location.search);
const flag = (name) => query.get(name) !== '0';

/** A room's id as Janus counts: digits are a number (a big one if it must be), anything else is text. */
export function roomId(text) {
  if (!/^\d+$/.test(text)) return text;
  const id = BigInt(text);
  return id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : id;
}

export const params = {
  name: query.get('name') ?? localStorage.getItem('name') ?? '',
  room: query.get('room'),
  pin: query.get('pin') ?? '',
  join: query.has('join'),
  camera: flag('camera'),
  microphone: flag('microphone'),
};

/** Servers of the address, or of the web server this page comes from. */
export async function findServers() {
  const given = query.getAll('server');
  const config = await fetch('/config.json')
    .then((response) => (response.ok ? response.json() : {}))
    .catch(() => ({}));
  return { servers: given.length > 0 ? given : (config.servers ?? []), room: config.room ?? 1234 };
}

/** A link for others to this room. */
export function inviteLink(room) {
  const link = new URL(location.pathname, location.href);
  link.searchParams.set('room', room);
  for (const server of query.getAll('server')) link.searchParams.append('server', server);
  return link.href;
}
