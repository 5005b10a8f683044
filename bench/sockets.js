/** When WebSockets open. To be imported before whatever opens some. */
let openedAt = 0;

globalThis.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('open', () => (openedAt = performance.now()));
  }
};

/** Since the last one opened, ms. */
export const sinceOpened = () => performance.now() - openedAt;
