import { announce, byId } from './dom.js';
import { describeDevices } from './errors.js';

const NAMES = { camera: 'Camera', microphone: 'Microphone', speaker: 'Speaker' };
const KINDS = Object.keys(NAMES);

const dialog = byId('settings');
const problem = byId('settings-problem');
const test = byId('test-speaker');
const menus = Object.fromEntries(KINDS.map((kind) => [kind, byId(`choose-${kind}`)]));

/** The dialog in which camera, microphone and speaker are chosen, before the call and in it. */
export class Settings {
  #choice;
  #inUse;
  #take;
  /** What is being done: another device of a kind, or the test. */
  #busy = new Set();

  /** `inUse(kind)` is the id of the device that is open; `take(kind, id)` opens another in its place. */
  constructor(choice, { inUse, take }) {
    this.#choice = choice;
    this.#inUse = inUse;
    this.#take = take;
    for (const button of document.querySelectorAll('.open-settings')) {
      button.addEventListener('click', () => this.open());
    }
    // What is clicked beside it is the dialog itself: that closes it.
    dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
    for (const kind of KINDS) menus[kind].addEventListener('change', () => void this.#choose(kind, menus[kind].value));
    test.addEventListener('click', () => void this.#test());
    choice.onChange(() => this.#render());
  }

  /** Whether it is open, and has the keys. */
  get isOpen() {
    return dialog.open;
  }

  open() {
    this.#complain();
    dialog.showModal();
    this.#render();
    this.#choice.refresh().catch(() => undefined);
  }

  close() {
    dialog.close();
  }

  #choose(kind, id) {
    return this.#attempt(kind, kind, async () => {
      await this.#take(kind, id);
      this.#choice.choose(kind, id);
      announce(`${NAMES[kind]}: ${menus[kind].selectedOptions[0]?.textContent ?? ''}`);
    });
  }

  #test() {
    return this.#attempt('test', 'speaker', () => this.#choice.test(this.#choice.id('speaker') ?? ''));
  }

  /** Does it, with its control disabled meanwhile, and says what is wrong with the device if it fails. */
  async #attempt(what, source, work) {
    const focused = document.activeElement;
    this.#complain();
    this.#busy.add(what);
    this.#render();
    try {
      await work();
    } catch (error) {
      this.#complain(describeDevices([{ source, error }]));
    } finally {
      this.#busy.delete(what);
      this.#render();
      giveBack(focused);
    }
  }

  #complain({ text, detail } = { text: '', detail: '' }) {
    problem.textContent = [text, detail].filter(Boolean).join(' ');
    problem.hidden = text === '';
  }

  #render() {
    if (!dialog.open) return;
    for (const kind of KINDS) this.#fill(kind);
    test.disabled = this.#busy.has('test');
    byId('speaker-field').hidden = !this.#choice.canChooseSpeaker || this.#choice.list('speaker').length === 0;
  }

  #fill(kind) {
    const menu = menus[kind];
    const devices = this.#choice.list(kind);
    const wanted = this.#busy.has(kind) ? menu.value : this.#inUse(kind) ?? this.#choice.id(kind);
    const chosen = devices.find(({ id }) => id === wanted) ?? devices.find(({ isDefault }) => isDefault) ?? devices[0];
    const options = devices.map(({ id, label }, index) => new Option(label || `${NAMES[kind]} ${index + 1}`, id));
    if (options.length === 0) options.push(new Option(this.#lacking(kind), ''));
    // An open menu would close under the pointer if it were filled anew with the same.
    if (!isSame([...menu.options], options)) menu.replaceChildren(...options);
    menu.value = chosen?.id ?? '';
    menu.disabled = devices.length === 0 || this.#busy.has(kind);
  }

  #lacking(kind) {
    return this.#choice.has(kind) ? 'Turn it on to choose' : `No ${kind} found`;
  }
}

/** What was disabled for a while lost the keys. */
function giveBack(element) {
  if (dialog.open && !dialog.contains(document.activeElement)) element?.focus();
}

function isSame(some, others) {
  return some.length === others.length
    && some.every(({ value, text }, index) => value === others[index].value && text === others[index].text);
}
