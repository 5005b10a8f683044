/** Tracks in elements, in the browser's words. */

/** Whether an element has something to play and does not. */
const isStill = ({ srcObject, paused }) => srcObject && paused;

/** How long playing is waited for, ms: what is refused is refused at once, and what has no picture yet stays open. */
const PATIENCE = 1000;

/**
 * Plays a track in an element, or in a new one.
 *
 * @param {MediaStreamTrack} track
 * @param {HTMLMediaElement} [element]
 */
export function attach(track, element) {
  if (!element) {
    element = document.createElement(track.kind);
    element.autoplay = true;
    if (track.kind === 'video') {
      // Sound comes from audio tracks alone, and browsers play muted video without being asked.
      element.muted = true;
      // iOS goes full screen otherwise.
      element.setAttribute('playsinline', '');
    }
  }
  element.srcObject = new MediaStream([track]);
  return element;
}

/**
 * Takes a track out of an element. One that was given something else meanwhile keeps that.
 *
 * @param {MediaStreamTrack} track
 * @param {HTMLMediaElement} element
 */
export function detach(track, element) {
  if (element.srcObject?.getTrackById?.(track.id)) element.srcObject = null;
}

/**
 * Plays elements, all at once: a click may count for no more than what is called within it. Resolves to those that the
 * browser does not let play; those that have nothing to play any longer are passed over.
 *
 * @param {HTMLMediaElement[]} elements
 */
export async function play(elements) {
  const blocked = [];
  const tries = elements.filter(({ srcObject }) => srcObject).map((element) => element.play().catch(({ name }) => {
    // Anything else, an AbortError above all, only says that the element was given something new.
    if (name === 'NotAllowedError') blocked.push(element);
  }));
  await Promise.race([Promise.all(tries), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  return blocked.filter(isStill);
}

/** What may free a blocked element: the page or the person plays it, or it is given something else. */
const CHANGES = ['playing', 'emptied'];

/**
 * Resolves when an element that was blocked plays after all, or has nothing to play any longer.
 *
 * @param {HTMLMediaElement} element
 */
export function freed(element) {
  return new Promise((resolve) => {
    const look = () => {
      if (isStill(element)) return;
      CHANGES.forEach((type) => element.removeEventListener(type, look));
      resolve();
    };
    CHANGES.forEach((type) => element.addEventListener(type, look));
    look();
  });
}
