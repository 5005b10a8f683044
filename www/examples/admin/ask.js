import { byId } from './dom.js';

/**
 * Asks the person: `{ pin, secret }` with what was wanted and typed, or nothing if the person would rather not.
 *
 * @param {{ title: string, text: string, yes: string, pin?: boolean, secret?: boolean, danger?: boolean }} question
 */
export function ask({ title, text, yes, pin = false, secret = false, danger = false }) {
  const dialog = byId('ask');
  const form = dialog.querySelector('form');
  form.reset();
  byId('ask-title').textContent = title;
  byId('ask-text').textContent = text;
  byId('ask-yes').textContent = yes;
  byId('ask-yes').className = danger ? 'danger' : 'primary';
  byId('ask-pin').hidden = !pin;
  byId('ask-secret').hidden = !secret;
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const { pin: typedPin, secret: typedSecret } = form.elements;
      const answer = { pin: typedPin.value || undefined, secret: typedSecret.value || undefined };
      form.reset();
      resolve(dialog.returnValue === 'yes' ? answer : undefined);
    }, { once: true });
  });
}
