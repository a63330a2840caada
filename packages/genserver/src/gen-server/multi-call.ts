import { checkOptions } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { CallOptions } from './call.js';
import type { GenServer } from './gen-server.js';
import type { CallClient, CastClient } from './messages.js';
import type { ServerRef } from './server-ref.js';

/** Who answered, and who did not, each in the order of the refs. */
export interface MultiCallResult<S extends GenServer<unknown>, T> {
  readonly replies: readonly { readonly ref: ServerRef<S>; readonly value: T }[];
  /** What each call rejected with: see ServerRef.call. */
  readonly failures: readonly { readonly ref: ServerRef<S>; readonly error: unknown }[];
}

/**
 * Calls all of them at the same time: `multiCall(refs, (room) => room.size(), { timeoutMs: 200 })`. Who is gone,
 * too slow, or refuses is among the failures: it rejects for nothing but options that make no sense. Each call has this limit, so one slow server delays the result by no more than
 * that (GS-088).
 */
export async function multiCall<S extends GenServer<unknown>, T>(
  refs: Iterable<ServerRef<S>>,
  ask: (server: CallClient<S>) => Promise<T>,
  options: CallOptions = {},
): Promise<MultiCallResult<S, T>> {
  checkOptions(options);
  const asked = Array.from(refsOf(refs), (ref) => ({ ref, client: ref.with(options).call }));
  // An async function, so that an `ask` that throws fails one call, not all.
  const settled = await Promise.allSettled(asked.map(async ({ client }) => ask(client)));
  const outcomes = asked.map(({ ref }, index) => ({ ref, outcome: settled[index] }));
  return {
    replies: outcomes.flatMap(({ ref, outcome }) =>
      outcome?.status === 'fulfilled' ? [{ ref, value: outcome.value }] : [],
    ),
    failures: outcomes.flatMap(({ ref, outcome }) =>
      outcome?.status === 'rejected' ? [{ ref, error: outcome.reason as unknown }] : [],
    ),
  };
}

/** Casts to all of them: `abcast(refs, (room) => room.close())`. As with any cast, nobody tells how it went (GS-088). */
export function abcast<S extends GenServer<unknown>>(
  refs: Iterable<ServerRef<S>>,
  tell: (server: CastClient<S>) => void,
): void {
  for (const ref of refsOf(refs)) tell(ref.cast);
}

/** All of them, before anybody is asked or told anything. */
function refsOf<S extends GenServer<unknown>>(refs: Iterable<ServerRef<S>>): readonly ServerRef<S>[] {
  const isIterable = typeof refs === 'object' && refs !== null && Symbol.iterator in refs;
  const all = isIterable ? [...refs] : [];
  if (isIterable && all.every((ref) => typeof ref?.with === 'function')) return all;
  throw new InvalidOptionError('refs', 'an iterable of refs of servers', refs);
}
