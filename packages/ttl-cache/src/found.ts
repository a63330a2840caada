/** There is a value, which may be `undefined` or `null`. */
export interface Found<Value> {
  readonly kind: 'found';
  readonly value: Value;
}

/** There is none: never put, removed, or expired. */
export interface NotFound {
  readonly kind: 'not_found';
}

/** What a look-up gives. */
export type Lookup<Value> = Found<Value> | NotFound;

/** Nobody can change it, so one is enough for all. */
export const NOT_FOUND: NotFound = Object.freeze({ kind: 'not_found' });
