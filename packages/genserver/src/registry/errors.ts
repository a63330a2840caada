import { GenServerError } from '../errors.js';

/** Asked of a registry with duplicate keys what only one with unique keys can do: to name a process, or to update a value (REG-021, REG-033). */
export class DuplicateKeysError extends GenServerError {
  readonly code = 'ERR_GENSERVER_DUPLICATE_KEYS';

  constructor(
    readonly registry: string,
    readonly request: string,
  ) {
    super(
      `${registry} has duplicate keys, so it cannot ${request}: a key may belong to many. Use lookup() or dispatch(), or ` +
        `start it with keys: 'unique'.`,
    );
  }
}

/** A lock will never be given: who waited for it has ended, or the registry has (REG-043). What it was to guard has not run. */
export class LockAbandonedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_LOCK_ABANDONED';

  constructor(
    readonly registry: string,
    /** As text. */
    readonly key: string,
    /** Who has ended. */
    readonly ended: string,
  ) {
    super(`The wait for lock ${key} of ${registry} is over, as ${ended} has ended. What it was to guard has not run.`);
  }
}
