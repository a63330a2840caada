import { ConnectionError, type StartProblem, StoreStartError } from './errors.js';
import { causeOf, failureOf, isServerError } from './failure.js';

const EXAMPLE = 'such as postgresql://user:password@localhost:5432/games';

/** Throws a StoreStartError for what can be no URL of a database. It may have a password in it, so it is never shown. */
export function checkUrl(url: string): void {
  if (!URL.canParse(url)) throw new StoreStartError('bad_url', `Expected DATABASE_URL to be a URL, ${EXAMPLE}.`);
  const { protocol } = new URL(url);
  if (protocol === 'postgresql:' || protocol === 'postgres:') return;
  throw new StoreStartError(
    'bad_url',
    `Expected DATABASE_URL to begin with postgresql:, got ${protocol} Use one ${EXAMPLE}.`,
  );
}

/** What a failed start is told as, and whether another try is of no use. */
export function startError(
  error: unknown,
  url: string,
): { readonly error: StoreStartError; readonly isFinal: boolean } {
  if (error instanceof StoreStartError) return { error, isFinal: true };
  const problem = problemOf(error);
  const cause = error instanceof ConnectionError ? error.cause : causeOf(error);
  const said = cause instanceof Error && cause.message !== '' ? cause.message : String(error);
  const message = `${WHAT[problem]} ${placeOf(url)}: ${said}. ${ADVICE[problem]}`;
  return { error: new StoreStartError(problem, message, { cause }), isFinal: problem !== 'unreachable' };
}

type Problem = Extract<StartProblem, 'unreachable' | 'access_denied' | 'bad_url' | 'migration_failed'>;

const WHAT: Readonly<Record<Problem, string>> = {
  unreachable: 'There is no answer from the database at',
  access_denied: 'There is no access to the database at',
  bad_url: 'There is no such database at',
  migration_failed: 'The migrations did not succeed on the database at',
};

const ADVICE: Readonly<Record<Problem, string>> = {
  unreachable: 'Start it, or correct DATABASE_URL.',
  access_denied: 'Correct the user or the password in DATABASE_URL, or what the user may do.',
  bad_url: 'Create it, or correct DATABASE_URL.',
  migration_failed: 'Nothing was changed. Use an empty database, or one that this app has made.',
};

function problemOf(error: unknown): Problem {
  const isConnecting = error instanceof ConnectionError;
  const said = isConnecting ? error.cause : causeOf(error);
  if (isServerError(said)) {
    if (said.code.startsWith('28') || said.code === '42501') return 'access_denied';
    if (said.code.startsWith('3D')) return 'bad_url';
  }
  return isConnecting || failureOf(error, true) === 'away' ? 'unreachable' : 'migration_failed';
}

/** Host, port and name: no user, no password. */
function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${host === '' ? (searchParams.get('host') ?? 'localhost') : host}${pathname}`;
}
