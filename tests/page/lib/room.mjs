/** What a person does on the page and sees on it: the DOM contract in one place. */

/**
 * The page's address.
 *
 * @param {{ url: string }} site
 * @param {{ name?: string, room?: number | string, join?: boolean, server?: string | string[], pin?: string,
 *   camera?: boolean, microphone?: boolean }} [options]
 */
export function address(site, { name, room = 1234, join = false, server = [], pin, camera, microphone } = {}) {
  const url = new URL('/', site.url);
  const query = url.searchParams;
  query.set('room', room);
  for (const one of [server].flat()) {
    query.append('server', one);
  }
  const texts = { name, pin, camera: off(camera), microphone: off(microphone) };
  for (const [key, value] of Object.entries(texts)) {
    if (value !== undefined) {
      query.set(key, value);
    }
  }
  // The page looks for the parameter only: it stands without a value, as people type it.
  return `${url.href}${join ? '&join' : ''}`;
}

function off(device) {
  return device === false ? '0' : undefined;
}

/** Opens the page so that it joins at once, and waits until it is in the call. */
export async function enter(browser, site, options, open) {
  const page = await browser.open(address(site, { ...options, join: true }), open);
  await inState(page, 'call');
  return page;
}

/** Opens the page and stays in the lobby. */
export async function lobby(browser, site, options, open) {
  const page = await browser.open(address(site, options), open);
  await inState(page, 'lobby');
  return page;
}

export function inState(page, state, options) {
  return page.waitFor(`the page to be in the state ${state}`, (state) => document.body.dataset.state === state,
    state, options);
}

/** Presses "join" and waits for the call. */
export async function join(page, options) {
  await page.click('#join');
  await inState(page, 'call', options);
}

/** Presses "leave" and waits for the lobby. */
export async function leave(page) {
  await page.click('#leave');
  await inState(page, 'lobby');
}

/** All tiles, the own one first. */
export function tiles(page) {
  return page.evaluate(readTiles);
}

/** Waits until the tiles of the others carry exactly these names, in any order. */
export function seesOthers(page, names, options) {
  return page.waitFor(
    `the others to be exactly [${names.join(', ')}]`,
    (wanted) => {
      const seen = [...document.querySelectorAll('#grid .tile:not([data-self]) .name')]
        .map((element) => element.textContent.trim());
      return JSON.stringify(seen.sort()) === JSON.stringify(wanted);
    },
    [...names].sort(),
    options,
  );
}

/** Waits until an attribute of somebody's tile has a value: `tileShows(page, 'Ada', 'microphone', 'off')`. */
export function tileShows(page, name, key, value) {
  return page.waitFor(
    `the tile of ${name} to show data-${key}=${value}`,
    ({ name, key, value }) => [...document.querySelectorAll('#grid .tile')].some((tile) =>
      tile.querySelector('.name')?.textContent.trim() === name && tile.dataset[key] === value),
    { name, key, value },
  );
}

/** Waits for a message that a person can read, with one of these codes, and returns `{ code, text }`. */
export function complains(page, codes, options) {
  return page.waitFor(
    `a message with the code ${codes.join(' or ')}`,
    (codes) => {
      const element = document.querySelector('#message');
      const text = element?.textContent.trim() ?? '';
      const shown = element?.getAttribute('role') === 'alert'
        && element.checkVisibility({ visibilityProperty: true });
      // A sentence, not a code or an exception's name.
      return shown && codes.includes(element.dataset.code) && text.split(/\s+/).length >= 3
        && { code: element.dataset.code, text };
    },
    codes,
    options,
  );
}

/** Waits until there is nothing to complain about. */
export function isContent(page) {
  return page.waitFor('no message', () => {
    const element = document.querySelector('#message');
    const shown = element?.checkVisibility({ visibilityProperty: true });
    return element && (element.textContent.trim() === '' || !shown);
  });
}

/** Waits until a toggle button says on ("true") or off ("false"). */
export function isPressed(page, selector, value) {
  return page.waitFor(
    `${selector} to be aria-pressed=${value}`,
    ({ selector, value }) => document.querySelector(selector)?.getAttribute('aria-pressed') === value,
    { selector, value: String(value) },
  );
}

function readTiles() {
  return [...document.querySelectorAll('#grid .tile')]
    .map((tile) => ({
      participant: tile.dataset.participant,
      self: 'self' in tile.dataset,
      name: tile.querySelector('.name')?.textContent.trim(),
      camera: tile.dataset.camera,
      microphone: tile.dataset.microphone,
    }))
    .sort((a, b) => Number(b.self) - Number(a.self));
}
