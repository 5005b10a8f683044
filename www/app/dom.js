/** The element with this id, which index.html has. */
export function byId(id) {
  return document.getElementById(id);
}

/** Tells people who listen to the page instead of looking at it. */
export function announce(text) {
  const line = document.createElement('p');
  line.textContent = text;
  // Beside an open dialog nothing is read.
  (document.querySelector('dialog[open] .announcer') ?? byId('announcer')).replaceChildren(line);
}

/** "2 people", "1 person". */
export function people(count) {
  return count === 1 ? '1 person' : `${count} people`;
}

/** Two letters for an avatar: of the first and the last word. */
export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  // By code points, so that a letter outside the basic plane is not cut in half.
  return ends.map((word) => Array.from(word)[0]).join('').toLocaleUpperCase() || '?';
}

/** A hue for a name, the same on every page. */
export function hueOf(name) {
  let hash = 0;
  for (const character of name) {
    hash = (hash * 31 + character.codePointAt(0)) % 360;
  }
  return hash;
}

/** Shows a person who has no picture. */
export function paintAvatar(element, name) {
  element.textContent = initials(name);
  element.style.setProperty('--hue', hueOf(name));
}

/** A toggle button's state and what pressing it does. */
export function setToggle(button, on, what, key) {
  button.setAttribute('aria-pressed', String(on));
  button.title = `Turn ${on ? 'off' : 'on'} ${what} (${key})`;
}
