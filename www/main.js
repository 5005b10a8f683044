/** The conference page: a lobby, then a call. All there is to know of Janus is in the library. */
import { Room } from 'janus-wasm';
import { Call } from './app/call.js';
import { Lobby } from './app/lobby.js';
import { clearMessage, showError } from './app/messages.js';
import { findServers, params, roomId } from './app/params.js';

const $ = (selector) => document.querySelector(selector);

function show(state) {
  document.body.dataset.state = state;
  $('#call').hidden = state !== 'call';
  $('#lobby').hidden = state === 'call';
  $('#join').disabled = state === 'joining';
  $('#join').textContent = state === 'joining' ? 'Joining…' : 'Join';
  if (state !== 'call') document.title = 'Join · janus-wasm';
}

const config = await findServers();
const lobby = new Lobby({ ...params, room: params.room ?? String(config.room) });

/** The address may name no server at all; then there is nothing to join. */
function createRoom() {
  try {
    return new Room({ servers: config.servers });
  } catch (error) {
    showError(error, 'unreachable');
    return undefined;
  }
}

const room = createRoom();
window.room = room;
if (room) {
  const call = new Call(room);
  room.on('stateChanged', ({ state, reason, error }) => {
    if (state === 'connecting') return show('joining');
    if (state === 'connected') {
      lobby.pause();
      show('call');
      return call.open();
    }
    call.close();
    show('lobby');
    // The person comes first: what joining failed of is told by join() itself.
    if (error && reason !== 'join-failed') showError(error, reason);
    return void lobby.open();
  });
  // Somebody who was to be seen and cannot be, for want of room, is not in the call by halves.
  room.on('mediaError', ({ error }) => {
    if (error.code === 'room-full') void room.leave();
  });
}

async function join() {
  const { name, room: wanted, pin } = lobby.form;
  clearMessage();
  localStorage.setItem('name', name);
  show('joining');
  try {
    await room.join({ room: roomId(wanted), display: name, pin: pin || undefined, ...lobby.wishes() });
  } catch (error) {
    if (error.code === 'aborted') return;
    if (error.code === 'unauthorized' || error.status === 429) lobby.askPin();
    showError(error, error.status === 429 ? 'unauthorized' : undefined);
    if (room.state === 'disconnected') show('lobby');
  }
}

$('#join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (document.body.dataset.state === 'lobby' && room) void join();
});

if (params.join && room) void join();
else void lobby.open();
