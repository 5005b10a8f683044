/** What a room tells against what it says of itself: no event may contradict the state, nor the events before it. */

const rooms = new Map();
const numbers = new WeakMap();
let last = 0;

/** The same number for the same object. */
function number(object) {
  if (object && !numbers.has(object)) numbers.set(object, (last += 1));
  return numbers.get(object);
}

/** From which state each may follow. */
const BEFORE = {
  connecting: ['disconnected'],
  connected: ['connecting', 'reconnecting'],
  reconnecting: ['connected'],
  disconnected: ['connecting', 'connected', 'reconnecting'],
};

/** Watches a room from before it is joined. */
export function observe(name, room) {
  const wrong = [];
  const told = [];
  const must = (holds, words) => holds || wrong.push(words);
  const here = new Set();
  const playing = new Set();
  let state = 'disconnected';
  const note = (words) => told.push(`${Math.round(performance.now())} ${words}`);
  room.on('stateChanged', (event) => {
    note(`${event.state} ${event.error ?? ''}`);
    must(BEFORE[event.state].includes(state), `${state} -> ${event.state}`);
    must(room.state === event.state, `${event.state} is told, ${room.state} is said`);
    state = event.state;
  });
  room.on('participantJoined', ({ participant }) => {
    note(`${participant.display} joined`);
    must(!here.has(participant), `${participant.display} joined twice`);
    must(room.remoteParticipants.get(participant.id) === participant, `${participant.display} joined and is not there`);
    here.add(participant);
  });
  room.on('participantLeft', ({ participant }) => {
    note(`${participant.display} left`);
    must(here.delete(participant), `${participant.display} left without having been here`);
    must(!room.remoteParticipants.has(participant.id), `${participant.display} left and is there`);
    must(![...playing].some((one) => one.participant === participant), `${participant.display} left with a track`);
  });
  const streams = observeStreams(room, { here, playing }, must, note);
  rooms.set(name, { room, wrong, told, untold: () => untold(room, { state, here, playing, ...streams }) });
  room.on('trackSubscribed', ({ publication, track }) => {
    must(publication.participant.publications.get(publication.mid) === publication, 'a track came of a stream that is not there');
    must(!playing.has(publication), 'a track came twice');
    must(publication.track === track, 'a track came that is not the one of its publication');
    playing.add(publication);
  });
  room.on('trackReplaced', ({ publication }) => must(playing.has(publication), 'a track was replaced that never came'));
  room.on('trackUnsubscribed', ({ publication }) => {
    must(playing.delete(publication), 'a track went that never came');
    must(publication.track === undefined, 'a track went and is there');
  });
}

/** Streams come and go, are muted and stall, each once; ours and those of others. */
function observeStreams(room, { here, playing }, must, note) {
  /** What is published, and whether it was muted as far as was told. */
  const published = new Map();
  const stalled = new Set();
  const isThere = ({ participant, mid }, publication) => participant.publications.get(mid) === publication;
  const come = (words) => ({ publication }) => {
    must(!published.has(publication), `${words} twice`);
    must(isThere(publication, publication), `${words} and is not there`);
    published.set(publication, publication.isMuted);
  };
  const go = (words) => ({ publication }) => {
    must(published.delete(publication), `${words} that was not there`);
    must(!isThere(publication, publication), `${words} and is there`);
  };
  const turn = (muted) => ({ publication }) => {
    const word = muted ? 'muted' : 'unmuted';
    must(published.get(publication) === !muted, `a stream was ${word} that was ${published.has(publication) ? 'already' : 'never there'}`);
    must(publication.isMuted === muted, `a stream was ${word} and says otherwise`);
    published.set(publication, muted);
    note(`${publication.source} ${word}`);
  };
  room.on('trackPublished', come('a stream came'));
  room.on('trackPublished', ({ participant }) => must(here.has(participant), 'a stream came of somebody who is not here'));
  room.on('trackUnpublished', go('a stream went'));
  room.on('trackUnpublished', ({ publication }) => must(!playing.has(publication), 'a stream went with a track'));
  room.on('localTrackPublished', come('a stream of ours came'));
  room.on('localTrackUnpublished', go('a stream of ours went'));
  room.on('trackMuted', turn(true));
  room.on('trackUnmuted', turn(false));
  room.on('trackStalled', ({ publication }) => {
    must(!stalled.has(publication) && publication.isStalled, 'a stream stalled twice');
    must(published.has(publication), 'a stream stalled that is not there');
    stalled.add(publication);
  });
  room.on('trackResumed', ({ publication }) => {
    must(stalled.delete(publication) && !publication.isStalled, 'a stream went on that had not stalled');
  });
  room.on('participantLeft', ({ participant }) => {
    must(![...published.keys()].some((one) => one.participant === participant), `${participant.display} left with a stream`);
  });
  return { published, stalled };
}

/** What changed and was not told: all that was told up to now has to be what the room can be read as. */
function untold(room, { state, here, playing, published, stalled }) {
  const people = [...room.remoteParticipants.values()];
  const theirs = people.flatMap(({ publications }) => [...publications.values()]);
  const all = [...room.localParticipant.publications.values(), ...theirs];
  const are = (told, there) => told.size === there.length && there.every((one) => told.has(one));
  return Object.entries({
    [`${state} was told, ${room.state} is said`]: state === room.state,
    'somebody came or went, untold': are(here, people),
    'a stream came or went, untold': are(published, all),
    'a stream was muted or unmuted, untold': all.every((one) => published.get(one) === one.isMuted),
    'a track came or went, untold': are(playing, theirs.filter(({ track }) => track)),
    'a stream stalled or went on, untold': [...stalled, ...theirs].every((one) => stalled.has(one) === one.isStalled),
  }).filter(([, holds]) => !holds).map(([words]) => words);
}

/** What a person was told since this was asked last, for failures to show. */
export const told = ({ name }) => rooms.get(name).told.splice(0);

/** What a person was told that cannot be, and what by now they should have been told. */
export function contradictions({ name }) {
  const { wrong, untold: missing } = rooms.get(name);
  return [...wrong, ...missing()];
}

/** The same of what a person publishes, by its source. */
export function ownIdentities({ name }) {
  const publications = [...rooms.get(name).room.localParticipant.publications.values()];
  return Object.fromEntries(publications.map((one) => [one.source, [number(one), number(one.track)]]));
}

/** Numbers of a person's objects for somebody else and their tracks: the same for as long as they are the same. */
export function identities({ name }) {
  const people = [...rooms.get(name).room.remoteParticipants.values()];
  const entries = people.map((one) => {
    const publications = [...one.publications.values()].sort((first, second) => first.source.localeCompare(second.source));
    return [one.display, [number(one), ...publications.flatMap((each) => [number(each), number(each.track)])]];
  });
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
}
