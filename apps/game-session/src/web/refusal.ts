import type { FieldError } from './invalid-input.error.js';

/** What every error looks like from outside, over HTTP and, without `statusCode`, over sockets. */
export interface Refusal {
  readonly statusCode: number;
  /** For programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
  /** When another try makes sense. */
  readonly retryAfterMs?: number;
  /** Of an invalid_input: each field that is wrong. */
  readonly errors?: readonly FieldError[];
}
