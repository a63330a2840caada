import { z } from 'zod';

/** What can be set from outside, by environment variables of these names. */
export interface Settings {
  /** PORT, default 3000; 0 picks a free one. */
  readonly port: number;
  /** HOST, default 127.0.0.1: this machine only, as anybody who reaches the app may crash games. */
  readonly host: string;
  /** FINISHED_GAME_GRACE_MS, default 60,000: how long a finished game can still be looked at. */
  readonly finishedGameGraceMs: number;
  /** READINESS_DELAY_MS, default 0: how long requests are still taken when a stop has begun and readiness is down. */
  readonly readinessDelayMs: number;
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
  if (!result.success) {
    const complaints = result.error.issues.map(({ path: [name = ''], message }) => {
      return `Expected ${String(name)} to be ${message}, got ${JSON.stringify(env[String(name)])}`;
    });
    throw new SettingsError(complaints.join('\n'));
  }
  const { PORT, HOST, FINISHED_GAME_GRACE_MS, READINESS_DELAY_MS } = result.data;
  return {
    port: PORT,
    host: HOST,
    finishedGameGraceMs: FINISHED_GAME_GRACE_MS,
    readinessDelayMs: READINESS_DELAY_MS,
  };
}

const environment = z.object({
  PORT: integer(0, 65_535).default(3000),
  HOST: z.string().min(1, 'a host name or address').default('127.0.0.1'),
  FINISHED_GAME_GRACE_MS: integer(0, 86_400_000).default(60_000),
  READINESS_DELAY_MS: integer(0, 5_000).default(0), // the other half of the shutdown deadline is for the tree
});

/** Digits only: `Number('')` is 0 and `Number('1e3')` is 1000, and neither is likely to be meant. */
function integer(min: number, max: number): z.ZodType<number, string> {
  const expected = `an integer from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, expected).transform(Number).pipe(z.number().min(min, expected).max(max, expected));
}
