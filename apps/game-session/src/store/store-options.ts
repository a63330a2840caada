import type { OpenDatabase } from './database.js';
import type { Limits } from './limits.js';

/** How the Repo gets its database, and how much it takes on. */
export interface StoreOptions {
  readonly open: OpenDatabase;
  /** What is left out has its default. */
  readonly limits?: Partial<Limits>;
}

/** The injection token of StoreOptions. */
export const STORE_OPTIONS = Symbol('StoreOptions');
