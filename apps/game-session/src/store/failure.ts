import { DrizzleQueryError } from 'drizzle-orm';
import { ConnectionError, type Refusal } from './errors.js';

/**
 * What a failed statement means. `refused`: one of its rows makes no sense, and nothing of it was written. `away`: the database
 * cannot be reached or cannot work now; another try may help. `broken`: a mistake of ours, or a database that must be opened anew.
 */
export type Failure = 'refused' | 'away' | 'broken';

/** By the first two characters of the SQLSTATE, see PostgreSQL's appendix A. What is not listed is a mistake of ours. */
const BY_CLASS: Readonly<Record<string, Failure>> = {
  '22': 'refused', // data exception
  '23': 'refused', // integrity constraint
  '08': 'away', // connection
  '25': 'away', // a server that became read-only, while another one takes over
  '40': 'away', // rolled back, to be tried again
  '53': 'away', // disk full, too many connections
  '55': 'away', // a lock not to be had in time
  '57': 'away', // shutting down, starting up, or stopped by statement_timeout
  '58': 'away', // the server's disk
};

/** What the server itself said, whether PGlite's or PostgreSQL's. */
export interface ServerError {
  readonly severity: string;
  readonly code: string;
  readonly constraint?: string;
}

export function failureOf(error: unknown, canBeAway: boolean): Failure {
  if (error instanceof ConnectionError) return 'away';
  const said = causeOf(error);
  if (isServerError(said)) return BY_CLASS[said.code.slice(0, 2)] ?? 'broken';
  // No answer of a server, but an error of the driver: it has lost the connection, or the patience.
  return canBeAway && error instanceof DrizzleQueryError ? 'away' : 'broken';
}

/** What was wrong with the only row of a statement, by the name of the constraint it went against. */
export function refusalOf(error: unknown): Refusal {
  const said = causeOf(error);
  const constraint = isServerError(said) ? (said.constraint ?? '') : '';
  if (constraint === 'moves_previous') return 'wrong_ply';
  if (constraint.endsWith('_player_players_id_fk')) return 'unknown_player';
  return constraint === 'games_rematch_of' ? 'unknown_game' : 'invalid_input';
}

/** drizzle's own message has all parameters in it, so names and addresses of people: the cause says enough. */
export function causeOf(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error;
}

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}
