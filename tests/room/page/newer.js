/**
 * A Janus that passes metadata on, as 1.3.0 and later do: a real one before 1.3.0, whose words about people get what they
 * said of themselves. Taken from recordings of 1.4.2 (`tests/fixtures`).
 */
const VERSION = 1402;
/** By socket: who is there, and how they are spoken to. */
const seats = new Map();
/** What people said of themselves, by their id. */
const metadata = new Map();
/** What was sent, as the name of the request. */
export const asked = [];
/** Answers to joining that the server is in no hurry with, while there is a list of them. */
let slow;

/** Those who join are in, and do not hear it before `slow` is false again. */
export function setSlowJoins(isSlow) {
  const late = slow ?? [];
  slow = isSlow ? late : undefined;
  if (!isSlow) late.forEach((deliver) => deliver());
}

function noteSent(socket, { body }) {
  if (!body?.metadata) return;
  asked.push(body.request);
  const seat = seats.get(socket);
  seat.metadata = body.metadata;
  if (seat.id === undefined) return;
  metadata.set(seat.id, body.metadata);
  for (const [other, { sender, session, deliver }] of seats) {
    const data = { videoroom: 'event', id: seat.id, metadata: body.metadata };
    const plugindata = { plugin: 'janus.plugin.videoroom', data };
    if (other !== socket && sender) deliver(JSON.stringify({ janus: 'event', session_id: session, sender, plugindata }));
  }
}

function patched(socket, message) {
  if (message.janus === 'server_info') message.version = VERSION;
  const data = message.plugindata?.data ?? {};
  if (data.videoroom === 'joined') {
    const seat = seats.get(socket);
    Object.assign(seat, { id: data.id, sender: message.sender, session: message.session_id });
    metadata.set(data.id, seat.metadata);
  }
  for (const publisher of data.publishers ?? []) {
    if (metadata.has(publisher.id)) publisher.metadata = metadata.get(publisher.id);
  }
  return JSON.stringify(message);
}

/** A transport for `RoomOptions`. Ids are small in these rooms, so that JSON may be read and written again. */
export function newer(url, events) {
  const socket = new WebSocket(url, 'janus-protocol');
  seats.set(socket, { deliver: (text) => events.message(text) });
  socket.onopen = () => events.open();
  socket.onclose = ({ reason }) => events.close(reason);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const deliver = () => events.message(patched(socket, message));
    if (slow && message.plugindata?.data.videoroom === 'joined') slow.push(deliver);
    else deliver();
  };
  return {
    send(text) {
      socket.send(text);
      noteSent(socket, JSON.parse(text));
    },
    close() {
      seats.delete(socket);
      socket.close();
    },
  };
}
