import { Room } from 'janus-wasm';
import { Call } from './app/call.js';
import { Chat } from './app/chat.js';
import { Choice } from './app/choice.js';
import { loadConfig } from './app/config.js';
import { announce, byId } from './app/dom.js';
import { describeFailure, isPinMissing } from './app/errors.js';
import { Hands } from './app/hands.js';
import { offerInvite } from './app/invite.js';
import { Lobby } from './app/lobby.js';
import { clearMessage, showMessage } from './app/messages.js';
import { inviteLink, readParams } from './app/params.js';
import { Settings } from './app/settings.js';

const params = readParams(location.search);
const choice = new Choice();
const lobby = new Lobby(params, choice);
const settings = new Settings(choice, { inUse: (kind) => place().inUse(kind), take: takeDevice });
let room;
let call;
let chat;
let hands;
/** Calls off the joining that is under way. */
let joining;
/** The id of the speaker in use; '' is the default one. */
let speaker = '';

function setState(state) {
  document.body.dataset.state = state;
  byId('join').disabled = state === 'joining';
  byId('join-label').textContent = state === 'joining' ? 'Joining…' : 'Join';
  byId('cancel').hidden = state !== 'joining';
  // What is open by now is the call's.
  document.querySelector('.preview .open-settings').disabled = state === 'joining';
}

/** The room is made as soon as its server is known; without one, every try to join looks again. */
async function makeRoom() {
  const config = await loadConfig(params);
  lobby.suggestRoom(config.room);
  room = new Room({ servers: config.servers });
  // For people who look under the hood from the console.
  window.room = room;
  call = new Call(room, choice, (kind, on) => lobby.follow(kind, on));
  chat = new Chat(room);
  hands = new Hands(room);
  room.on('stateChanged', follow);
  room.on('mediaError', ({ source, error }) => {
    if (error.code !== 'room-full') return;
    if (source !== 'unknown') return void leave(error);
    // Only the way for words was refused: whoever came to watch can do that, and it is asked for again.
    chat.queue();
  });
  speaker = '';
  useSpeaker();
}

/** Where camera and microphone are in use. */
function place() {
  return document.body.dataset.state === 'call' ? call : lobby;
}

async function takeDevice(kind, id) {
  if (kind !== 'speaker') return place().change(kind, id);
  await room?.setSpeaker(id);
  speaker = id;
}

/** The chosen speaker as soon as it is there, and the default one while it is not. */
function useSpeaker() {
  const id = choice.id('speaker') ?? '';
  if (!room || id === speaker) return;
  const before = speaker;
  speaker = id;
  // Where it is refused, sound stays where it is.
  room.setSpeaker(id).catch(() => {
    if (speaker === id) speaker = before;
  });
}

function follow({ state, reason, error }) {
  showConnection(state);
  if (state === 'connecting') setState('joining');
  if (state === 'connected') showCall();
  if (state !== 'disconnected') return;
  showLobby();
  if (reason === 'left' || reason === 'join-failed') return;
  // Being sent out is no error of the connection; everything else has one that tells more.
  const known = reason === 'kicked' || reason === 'room-destroyed' ? { code: reason } : error;
  complain(known ?? { code: reason });
}

function showConnection(state) {
  const pill = byId('reconnecting');
  if (state === 'reconnecting') announce('Connection lost. Reconnecting');
  else if (state === 'connected' && !pill.hidden) announce('Connected again');
  pill.hidden = state !== 'reconnecting';
}

function showCall() {
  if (document.body.dataset.state === 'call') return;
  setState('call');
  lobby.rest();
  for (const part of [call, chat, hands]) part.open();
  announce('You are in the room');
}

function showLobby() {
  if (document.body.dataset.state === 'lobby') return;
  clearMessage('device');
  for (const part of [call, chat, hands]) part?.close();
  settings.close();
  setState('lobby');
  document.title = 'Join · janus-wasm';
  lobby.open();
}

function complain(error, entry) {
  showMessage('room', describeFailure(error, entry));
}

async function join() {
  if (document.body.dataset.state === 'joining') return;
  const entry = lobby.entry;
  clearMessage();
  if (entry.room === '' && room) {
    showLobby();
    complain({ code: 'no-room' });
    lobby.focus('room');
    return;
  }
  setState('joining');
  joining = new AbortController();
  const { signal } = joining;
  try {
    if (!room) await makeRoom();
    signal.throwIfAborted();
    await room.join({ ...lobby.entry, ...lobby.take(), data: true, signal });
    showCall();
  } catch (error) {
    showLobby();
    if (signal.aborted) return;
    complain(error, entry);
    if (isPinMissing(error, entry.pin) || (error.code === 'unauthorized' && error.status !== 403)) {
      lobby.askForPin();
      lobby.focus('pin');
    }
  }
}

/** Leaves; with an error, because of it: whoever finds no place to send from is not in the call by halves. */
async function leave(error) {
  byId('leave').disabled = true;
  try {
    await room.leave();
  } finally {
    byId('leave').disabled = false;
    showLobby();
    if (error) complain(error);
  }
}

function onKey(event) {
  const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
  if (settings.isOpen || isTyping || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const kind = { m: 'microphone', v: 'camera' }[key];
  const { state } = document.body.dataset;
  if (kind && state === 'lobby') lobby.toggle(kind);
  if (state !== 'call') return;
  if (kind) void call.toggle(kind);
  if (key === 'h') void hands.toggle();
  if (key !== 'c') return;
  // The box has the focus from now on, and would get the letter.
  event.preventDefault();
  chat.toggle();
}

async function start() {
  byId('join-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void join();
  });
  byId('cancel').addEventListener('click', () => joining?.abort());
  byId('leave').addEventListener('click', () => void leave());
  document.addEventListener('keydown', onKey);
  offerInvite(() => inviteLink(room.id, params.servers));
  choice.onChange(useSpeaker);
  // Where the browser does not list them, its own choice is what there is.
  const known = choice.watch().catch(() => undefined);

  try {
    await makeRoom();
  } catch (error) {
    showLobby();
    complain(error);
    return;
  }
  if (!params.join) return showLobby();
  // Nobody who never chose waits for it.
  if (choice.isMade) await known;
  await join();
}

void start();
