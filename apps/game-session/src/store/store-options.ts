import type { OpenDatabase } from './database.js';

/** How the Repo gets its database. */
export interface StoreOptions {
  readonly open: OpenDatabase;
}

/** The injection token of StoreOptions. */
export const STORE_OPTIONS = Symbol('StoreOptions');
