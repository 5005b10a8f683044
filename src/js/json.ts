import { parse as read, stringify as write } from '../web/json.js';
import { invalidArgument } from './errors.js';

/** @internal What the core gives: JSON text. */
export const parse: (text: string) => unknown = read;

/** @internal What the core takes: JSON text. What has none is the caller's mistake. */
export function stringify(value: unknown): string {
  try {
    return write(value);
  } catch (error) {
    throw invalidArgument(`this cannot be sent: ${error instanceof Error ? error.message : 'it throws'}`);
  }
}
