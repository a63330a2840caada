/** What is wrong with one field: `players.0`; `body` or `path` when it is about the whole. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What came in does not make sense. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(readonly errors: readonly FieldError[]) {
    super('The request is not as expected.');
  }
}
