/** The call: a tile for everybody, and the buttons. */
import { clearMessage, note, showError } from './messages.js';
import { inviteLink } from './params.js';
import { Tile } from './tiles.js';

const $ = (selector) => document.querySelector(selector);
const press = (button, on) => button.setAttribute('aria-pressed', String(on));

export class Call {
  #room;
  #tiles = new Map();

  constructor(room) {
    this.#room = room;
    this.#listen();
    this.#buttons();
  }

  #listen() {
    const room = this.#room;
    room.on('participantJoined', ({ participant }) => {
      this.#tiles.set(participant, new Tile(participant));
      note(`${participant.display || 'Somebody'} joined`);
      this.#count();
    });
    room.on('participantLeft', ({ participant }) => {
      this.#tiles.get(participant)?.remove();
      this.#tiles.delete(participant);
      note(`${participant.display || 'Somebody'} left`);
      this.#count();
    });
    for (const type of ['trackSubscribed', 'localTrackPublished']) {
      room.on(type, ({ track, participant }) => this.#tiles.get(participant)?.attach(track));
    }
    room.on('trackUnsubscribed', ({ track, participant }) => this.#tiles.get(participant)?.detach(track));
    const changes = ['participantChanged', 'trackPublished', 'trackUnpublished', 'localTrackPublished', 'trackMuted',
      'trackUnmuted', 'speakingChanged'];
    for (const type of changes) room.on(type, ({ participant }) => this.#update(participant));
    room.on('playbackChanged', ({ canPlayback }) => ($('#unblock').hidden = canPlayback));
    room.on('mediaError', ({ error }) => {
      showError(error);
      this.#update(room.localParticipant);
    });
  }

  #buttons() {
    const { localParticipant } = this.#room;
    $('#toggle-camera').addEventListener('click', () =>
      this.#switch($('#toggle-camera'), (on) => localParticipant.setCameraEnabled(on)));
    $('#toggle-microphone').addEventListener('click', () =>
      this.#switch($('#toggle-microphone'), (on) => localParticipant.setMicrophoneEnabled(on)));
    $('#unblock').addEventListener('click', () => void this.#room.startPlayback());
    $('#leave').addEventListener('click', () => void this.#room.leave());
    $('#invite').addEventListener('click', async () => {
      await navigator.clipboard.writeText(inviteLink(this.#room.id)).catch(() => {});
      note('Invite link copied');
    });
    addEventListener('keydown', (event) => {
      const typing = event.target instanceof HTMLInputElement;
      if (typing || $('#call').hidden || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'm') $('#toggle-microphone').click();
      if (event.key === 'v') $('#toggle-camera').click();
    });
  }

  /** Shows the wish at once and the truth when it is known. */
  async #switch(button, apply) {
    const on = button.getAttribute('aria-pressed') !== 'true';
    press(button, on);
    clearMessage();
    try {
      await apply(on);
    } catch (error) {
      if (error.code !== 'aborted') showError(error);
    }
    this.#update(this.#room.localParticipant);
  }

  #update(participant) {
    this.#tiles.get(participant)?.update();
    if (!participant.isLocal) return;
    press($('#toggle-camera'), participant.isCameraEnabled);
    press($('#toggle-microphone'), participant.isMicrophoneEnabled);
  }

  #count() {
    const count = this.#room.remoteParticipants.size + 1;
    $('#people-count').textContent = count === 1 ? 'just you' : `${count} people`;
    $('#alone').hidden = count > 1;
    document.title = `${$('#room-name').textContent} (${count})`;
  }

  /** We are in. */
  open() {
    const { localParticipant, remoteParticipants, description, id } = this.#room;
    $('#room-name').textContent = description || `Room ${id}`;
    this.#tiles.set(localParticipant, new Tile(localParticipant));
    for (const participant of [localParticipant, ...remoteParticipants.values()]) {
      if (!this.#tiles.has(participant)) this.#tiles.set(participant, new Tile(participant));
      for (const { track } of participant.publications.values()) {
        if (track) this.#tiles.get(participant).attach(track);
      }
      this.#update(participant);
    }
    $('#unblock').hidden = this.#room.canPlayback;
    this.#count();
  }

  close() {
    for (const tile of this.#tiles.values()) tile.remove();
    this.#tiles.clear();
  }
}
