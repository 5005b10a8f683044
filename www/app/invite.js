import { announce } from './dom.js';
import { showMessage } from './messages.js';

const DONE_MS = 2000;

/** Makes every "copy invite link" button copy what `link()` says. */
export function offerInvite(link) {
  for (const button of document.querySelectorAll('.copy-invite')) {
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(link());
        confirm(button);
      } catch {
        // Browsers give the clipboard to secure pages only, and may refuse it: the person can still copy by hand.
        const text = 'The link could not be copied. Copy it from here:';
        showMessage('invite', { code: 'clipboard', text, detail: link() });
      }
    });
  }
}

function confirm(button) {
  const label = button.querySelector('span');
  button.dataset.done = '';
  if (label) label.textContent = label.dataset.done;
  announce('Invite link copied');
  setTimeout(() => {
    delete button.dataset.done;
    if (label) label.textContent = label.dataset.idle;
  }, DONE_MS);
}
