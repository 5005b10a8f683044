/** Pages that are driven by functions of a module in them. */

/**
 * A page of which everything but `page` is a function there: `driven.join({ name })` is what `evaluate` makes, in the page,
 * of `['join', { name }]`.
 */
export function driven(page, evaluate) {
  return new Proxy(page, {
    get(target, name) {
      if (name === 'page') return target;
      // A promise asks for it.
      if (name === 'then') return undefined;
      return (argument) => target.evaluate(evaluate, [name, argument]);
    },
  });
}
