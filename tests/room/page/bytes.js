/** Bytes that are sent, and what tells whether they arrived. */

/** So many random bytes. */
export function noise(length) {
  const bytes = new Uint8Array(length);
  // The browser gives no more at once.
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, length)));
  return bytes;
}

/** The SHA-256 of a blob, in hexadecimal. */
export async function digest(blob) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
