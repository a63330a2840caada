import type { Clock } from '@rookery/genserver';
import type { Orm } from './orm.js';

/** One way to the database, held by one user at a time. */
export interface Connection {
  readonly orm: Orm;
  /** All that `work` does, or nothing of it. */
  transaction<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
  /** Gives it back; with what went wrong, if something did: then it may be of no more use. */
  release(error?: unknown): void;
}

/** PGlite and PostgreSQL behind one face, migrated and ready. */
export interface Database {
  readonly kind: 'pglite' | 'postgresql';
  /** Whether it may be gone and come back: what failed for that is worth another try. */
  readonly canBeAway: boolean;
  /** For reads. They have connections of their own. */
  readonly orm: Orm;
  /** The connection for writes. Rejects with a ConnectionError when none can be had: then nothing was sent. */
  connect(): Promise<Connection>;
  /** Ends all connections, and gives the folder free. Harmless when repeated. */
  close(): Promise<void>;
}

/** Who opens it. */
export interface Opener {
  readonly clock: Clock;
  /** Fires when nobody wants it any more. */
  readonly signal: AbortSignal;
}

/** Opens it, migrated and ready. Rejects with a StoreStartError when it cannot be used as it is. */
export type OpenDatabase = (opener: Opener) => Promise<Database>;
