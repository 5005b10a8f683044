/**
 * JSON with integers of 64 bits. Janus numbers rooms and people with them, JavaScript's numbers are exact to 2^53 only:
 * what is larger is a `bigint` here.
 */

/** Marks an integer in a string. JSON text can hold U+0000 only escaped, so that no string looks like one by accident. */
const MARK = '\0int:';

/**
 * JSON text of a value. Throws where something in it has no JSON, or would arrive as something else.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function stringify(value) {
  const text = JSON.stringify(
    value,
    /** @this {Record<string, unknown>} @param {string} key @param {unknown} item */
    function (key, item) {
      // Many pages give bigints a `toJSON`, which has run by now.
      const own = this[key];
      if (typeof own === 'bigint') return MARK + own;
      // It would be taken for an integer below; Janus reads no U+0000 anyway.
      if (typeof item === 'string' && item.startsWith(MARK)) throw new RangeError('text with U+0000 cannot be sent');
      if (typeof item === 'number' && !Number.isFinite(item)) throw new RangeError(`${item} has no JSON`);
      if (typeof item === 'function' || typeof item === 'symbol') throw new TypeError(`a ${typeof item} has no JSON`);
      return item;
    },
  );
  if (text === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return text.replace(/"\\u0000int:(-?\d+)"/g, '$1');
}

/**
 * The value of JSON text, whose large integers become bigints.
 *
 * @param {string} text
 * @returns {unknown}
 */
export function parse(text) {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  const marked = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (found) =>
    /^-?\d{16,}$/.test(found) && !Number.isSafeInteger(Number(found)) ? `"\\u0000int:${found}"` : found,
  );
  return JSON.parse(marked, (_key, item) => {
    const [, digits] = (typeof item === 'string' && /^\0int:(-?\d+)$/.exec(item)) || [];
    return digits ? BigInt(digits) : item;
  });
}
