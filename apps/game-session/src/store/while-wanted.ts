import type { ShutdownState } from '@rookery/nestjs';
import type { OpenDatabase } from './database.js';
import { StoreStartError } from './errors.js';

/**
 * Opens a database for as long as the app is wanted. A stop waits for processes that are starting, and a database that is made, or
 * is not there yet, may take longer than a stop.
 */
export function whileWanted(open: OpenDatabase, app: Pick<ShutdownState, 'phase' | 'subscribe'>): OpenDatabase {
  return async ({ clock, signal }) => {
    const ending = new AbortController();
    const look = (): void => {
      if (signal.aborted || app.phase === 'stopping' || app.phase === 'stopped') ending.abort();
    };
    const unsubscribe = app.subscribe(look);
    signal.addEventListener('abort', look);
    look();
    try {
      const database = await open({ clock, signal: ending.signal });
      if (!ending.signal.aborted) return database;
      await database.close();
      throw new StoreStartError('stopping', 'The app was told to stop while its database was opened.');
    } finally {
      unsubscribe();
      signal.removeEventListener('abort', look);
    }
  };
}
