import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** What can be set from outside, by environment variables: `finishedGraceMs` by FINISHED_GRACE_MS. */
export interface Settings {
  /** Default 3000; 0 picks a free one. */
  readonly port: number;
  /** Default 127.0.0.1: this machine only. */
  readonly host: string;
  /** `postgres://…`. Null, the default: PGlite, in a folder of `dataDir`. */
  readonly databaseUrl: string | null;
  /** Default ./data: the folder of all that the app writes. */
  readonly dataDir: string;
  /** `smtp://…` or `smtps://…`. Null, the default: mails are files in a folder of `dataDir`. */
  readonly smtpUrl: string | null;
  /** Who mails are from. */
  readonly mailFrom: string;
  /** CHAOS, on or off. Default: on, but off when NODE_ENV is production. */
  readonly isChaosOn: boolean;
  /** NODE_ENV is production. */
  readonly isProduction: boolean;
  /** What tree, metrics and reports are asked for with. Null, the default: nothing; in production they are off then. */
  readonly operatorToken: string | null;
  /** Default 120,000: how long a player may think. */
  readonly turnMs: number;
  /** Default 600,000: how long a game waits for an opponent. */
  readonly waitingMs: number;
  /** Default 60,000: how long both can agree on a rematch. */
  readonly finishedGraceMs: number;
  /** Default 10,000: as many can run at a time. */
  readonly maxGames: number;
  /** Default 20: as many a player may have open, waiting or playing, at a time. */
  readonly maxGamesPerPlayer: number;
  /** Default: one less than there are cores, at least 1. */
  readonly computerThreads: number;
  /** Default 2000: how long the computer may think. */
  readonly computerMoveMs: number;
  /** Default 30: how long games that are over are kept. */
  readonly keepFinishedDays: number;
  /** Default 00:05: when the report of the day before is written, UTC. */
  readonly reportAt: string;
  /** Default text: for people. json: for programs, a line each. */
  readonly logFormat: 'text' | 'json';
  /** Default 0: how long requests are still taken when a stop has begun and readiness is down. */
  readonly readinessDelayMs: number;
  /** Default 300: HTTP requests of an address, and requests of a socket. */
  readonly rateLimitPerMinute: number;
}

/** The injection token of the settings. */
export const SETTINGS = Symbol('Settings');

/** A variable does not make sense. The message says which, what came and what was expected; one line for each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads and checks the environment. Throws a SettingsError. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const result = environment.safeParse(env);
  if (result.success) return settingsOf(result.data);
  const complaints = result.error.issues.map(({ path: [name = ''], message }) => {
    return `Expected ${String(name)} to be ${message}, got ${shown(String(name), env)}`;
  });
  throw new SettingsError(complaints.join('\n'));
}

/** They may hold passwords, and the complaint goes to the log. */
const SECRETS = new Set(['DATABASE_URL', 'SMTP_URL', 'OPERATOR_TOKEN']);

function shown(name: string, env: NodeJS.ProcessEnv): string {
  return SECRETS.has(name) ? 'another text, which is not shown' : JSON.stringify(env[name]);
}

const DAY_MS = 86_400_000;

const environment = z.object({
  PORT: integer(0, 65_535).default(3000),
  HOST: text('a host name or address').default('127.0.0.1'),
  DATABASE_URL: url(/^postgres(?:ql)?:/, 'a URL such as postgres://user:password@host:5432/name').optional(),
  DATA_DIR: text('a folder').default('./data'),
  SMTP_URL: url(/^smtps?:\/\/[^/]/, 'a URL such as smtp://user:password@host:587').optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^<>@\r\n]*(?:<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, 'an address such as Games <games@example.org>')
    .default('Connect Four <games@localhost>'),
  CHAOS: z.enum(['on', 'off'], 'on or off').optional(),
  NODE_ENV: z.string().optional(),
  OPERATOR_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, '16 to 200 letters, digits and signs, without spaces') // too long to guess, and what a header can carry
    .optional(),
  TURN_MS: integer(1_000, DAY_MS).default(120_000),
  WAITING_MS: integer(1_000, DAY_MS).default(600_000),
  FINISHED_GRACE_MS: integer(0, DAY_MS).default(60_000),
  MAX_GAMES: integer(1, 1_000_000).default(10_000),
  MAX_GAMES_PER_PLAYER: integer(1, 1_000_000).default(20),
  COMPUTER_THREADS: integer(1, 64).default(Math.max(1, availableParallelism() - 1)),
  COMPUTER_MOVE_MS: integer(50, 60_000).default(2_000),
  KEEP_FINISHED_DAYS: integer(1, 3_650).default(30),
  REPORT_AT: z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 00:05')
    .default('00:05'),
  LOG_FORMAT: z.enum(['text', 'json'], 'text or json').default('text'),
  READINESS_DELAY_MS: integer(0, 5_000).default(0), // the other half of the shutdown deadline is for the tree
  RATE_LIMIT_PER_MINUTE: integer(10, 1_000_000).default(300),
});

function settingsOf(env: z.infer<typeof environment>): Settings {
  const isProduction = env.NODE_ENV === 'production';
  return {
    port: env.PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir: env.DATA_DIR,
    smtpUrl: env.SMTP_URL ?? null,
    mailFrom: env.MAIL_FROM,
    isChaosOn: env.CHAOS === undefined ? !isProduction : env.CHAOS === 'on',
    isProduction,
    operatorToken: env.OPERATOR_TOKEN ?? null,
    turnMs: env.TURN_MS,
    waitingMs: env.WAITING_MS,
    finishedGraceMs: env.FINISHED_GRACE_MS,
    maxGames: env.MAX_GAMES,
    maxGamesPerPlayer: env.MAX_GAMES_PER_PLAYER,
    computerThreads: env.COMPUTER_THREADS,
    computerMoveMs: env.COMPUTER_MOVE_MS,
    keepFinishedDays: env.KEEP_FINISHED_DAYS,
    reportAt: env.REPORT_AT,
    logFormat: env.LOG_FORMAT,
    readinessDelayMs: env.READINESS_DELAY_MS,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
  };
}

function text(expected: string): z.ZodString {
  return z.string().min(1, expected);
}

function url(beginning: RegExp, expected: string): z.ZodType<string, string> {
  return z.string().refine((value) => URL.canParse(value) && beginning.test(new URL(value).href), expected);
}

/** Digits only: `Number('')` is 0 and `Number('1e3')` is 1000, and neither is likely to be meant. */
function integer(min: number, max: number): z.ZodType<number, string> {
  const expected = `an integer from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, expected).transform(Number).pipe(z.number().min(min, expected).max(max, expected));
}
