/** The element with this id, which admin.html has. */
export const byId = (id) => document.getElementById(id);

/** An element with text (never markup: names come from the network), classes and children. */
export function make(tag, { text, className, ...rest } = {}, children = []) {
  const element = Object.assign(document.createElement(tag), rest);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** Runs while the button cannot be pressed again. */
export async function whilePressed(button, work) {
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.disabled = false;
  }
}

/** What a form holds, without what was left empty. */
export function entries(form) {
  const found = {};
  for (const { name, type, value, checked } of form.elements) {
    if (!name) continue;
    if (type === 'checkbox') found[name] = checked;
    else if (value.trim() !== '') found[name] = type === 'number' ? Number(value) : value.trim();
  }
  return found;
}

/** `12` people, one person. */
export const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;
