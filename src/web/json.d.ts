/** JSON text of a value, bigints as integers. Throws where something in it has no JSON, or would arrive as something else. */
export function stringify(value: unknown): string;
/** The value of JSON text; integers beyond 2^53 are bigints. */
export function parse(text: string): unknown;
