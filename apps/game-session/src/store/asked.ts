import {
  CallTimeoutError,
  type Milliseconds,
  NoProcessError,
  OverloadedError,
  ProcessExitedError,
} from '@rookery/genserver';
import { StoreUnavailableError, WriteRefusedError } from './errors.js';

/** How long a session waits for the store. */
export const STORE_MS: Milliseconds = 2_000;

/** What came of something that was asked of the store. */
export type StoreResult<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** It is away. `inDoubt`: a write may have been done all the same. */
  | { readonly kind: 'away'; readonly error: Error; readonly inDoubt: boolean }
  /** It knows something that we do not: what we have is not the truth any more. */
  | { readonly kind: 'refused'; readonly error: WriteRefusedError };

/** Nothing was to be asked. */
export const DONE: StoreResult<undefined> = { kind: 'ok', value: undefined };

/** Waits for the Repo, and tells what passes from a mistake of ours, which is thrown. */
export async function asked<T>(request: Promise<T>): Promise<StoreResult<T>> {
  try {
    return { kind: 'ok', value: await request };
  } catch (error) {
    if (error instanceof WriteRefusedError) return { kind: 'refused', error };
    if (error instanceof StoreUnavailableError) return { kind: 'away', error, inDoubt: error.inDoubt };
    // It may have begun, and have been cut off before it could answer.
    if (error instanceof CallTimeoutError || error instanceof ProcessExitedError) {
      return { kind: 'away', error, inDoubt: true };
    }
    if (error instanceof NoProcessError || error instanceof OverloadedError) {
      return { kind: 'away', error, inDoubt: false };
    }
    throw error;
  }
}

/** The same for those who can only pass it on. Rejects with the error of the store. */
export async function answerOf<T>(request: Promise<T>): Promise<T> {
  const result = await asked(request);
  if (result.kind === 'ok') return result.value;
  throw result.kind === 'refused' ? result.error : unavailable(result.error, result.inDoubt);
}

/** As the store says it itself, where it was cut off before it could. */
export function unavailable(error: Error, inDoubt: boolean): StoreUnavailableError {
  return error instanceof StoreUnavailableError ? error : new StoreUnavailableError('away', inDoubt, { cause: error });
}
