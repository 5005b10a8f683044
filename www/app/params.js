/** What the page's address asks for: `?room=1234&name=Ada&join&camera=0&microphone=0&pin=&server=`. */
export function readParams(search) {
  const query = new URLSearchParams(search);
  return {
    servers: query.getAll('server').filter(Boolean),
    room: query.get('room')?.trim() ?? '',
    name: query.get('name')?.trim() ?? '',
    pin: query.get('pin') ?? '',
    asksForPin: query.has('pin'),
    join: query.has('join'),
    camera: query.get('camera') !== '0',
    microphone: query.get('microphone') !== '0',
  };
}

/** A room as people type it: a number where it is one (a `bigint` where it is a large one), text otherwise. */
export function parseRoom(text) {
  if (!/^\d+$/.test(text)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** The address that brings others into the same room. The pin stays out of it: addresses get around. */
export function inviteLink(room, servers) {
  const url = new URL(location.pathname, location.origin);
  for (const server of servers) url.searchParams.append('server', server);
  url.searchParams.set('room', String(room));
  return url.href;
}
