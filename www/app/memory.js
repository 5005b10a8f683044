/** What the page remembers of a person from one visit to the next; '' where it does not, or may not. */
export function recall(what) {
  try {
    return localStorage.getItem(`janus-wasm.${what}`) ?? '';
  } catch {
    // Storage is off: then it is asked for each time.
    return '';
  }
}

export function remember(what, value) {
  try {
    localStorage.setItem(`janus-wasm.${what}`, value);
  } catch {
    // As above.
  }
}
