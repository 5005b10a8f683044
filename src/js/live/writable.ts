/** What the page only reads, as those see it who keep it up to date. @internal */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
