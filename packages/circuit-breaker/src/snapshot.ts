import type { Milliseconds } from '@rookery/genserver';
import type { BreakerMode, BreakerState, BreakerStateName } from './breaker-state.js';
import { nameOf } from './breaker-state.js';
import { checkCount, checkCountOrZero, checkDuration, checkObject, checkOneOf } from './checks.js';
import { BreakerOptionError } from './errors.js';
import type { SavedWindow } from './failure-window.js';

/** What a breaker knows, as plain data: spans, no moments of a clock that others do not have. */
export interface SavedBreaker {
  readonly mode: BreakerMode;
  /** How often it has opened lately: says how long the next open time is. */
  readonly trips: number;
  readonly phase:
    | { readonly kind: 'closed'; readonly closedMs: Milliseconds }
    | { readonly kind: 'open'; readonly leftMs: Milliseconds };
  readonly window: SavedWindow;
}

/** A breaker as JSON. */
export interface BreakerSnapshot extends SavedBreaker {
  readonly version: 1;
  /** For people. */
  readonly state: BreakerStateName;
  /** Milliseconds since 1970. */
  readonly takenAtMs: number;
}

/** Half-open is open with no time left: the probes under way are not ours to judge elsewhere. Errors are not saved. */
export function save({ mode, phase }: BreakerState, window: SavedWindow, now: Milliseconds): SavedBreaker {
  const { trips } = phase;
  if (phase.kind === 'closed') return { mode, trips, phase: { kind: 'closed', closedMs: now - phase.since }, window };
  const leftMs = phase.kind === 'open' ? Math.max(0, phase.until - now) : 0;
  return { mode, trips, phase: { kind: 'open', leftMs }, window };
}

export function toSnapshot(state: BreakerState, window: SavedWindow, now: Milliseconds, dated: Dated): BreakerSnapshot {
  return { version: 1, state: nameOf(state), takenAtMs: dateOf(dated), ...save(state, window, now) };
}

/** The state that was saved, `elapsedMs` later. It stays open for no longer than `longestMs`: other rules may hold now. */
export function revive(
  { mode, trips, phase }: SavedBreaker,
  elapsedMs: Milliseconds,
  now: Milliseconds,
  longestMs: Milliseconds,
): BreakerState {
  const generation = 1;
  if (phase.kind === 'closed') {
    return { mode, generation, phase: { kind: 'closed', trips, since: now - phase.closedMs - elapsedMs } };
  }
  const until = now + Math.min(longestMs, phase.leftMs) - elapsedMs;
  return { mode, generation, phase: { kind: 'open', trips, until, cause: undefined } };
}

/** How long ago it was taken: not less than nothing, as the date may have been set back meanwhile. */
export function ageOf({ takenAtMs }: BreakerSnapshot, dated: Dated): Milliseconds {
  return Math.max(0, dateOf(dated) - takenAtMs);
}

interface Dated {
  readonly date: () => number;
}

/** Throws a BreakerOptionError for a `date` that gives none. */
function dateOf({ date }: Dated): number {
  const now = date();
  checkFinite('date()', now);
  return now;
}

/** It comes from outside: a file, another version. Throws a BreakerOptionError for what no breaker has saved. */
export function checkSnapshot(snapshot: BreakerSnapshot): void {
  checkObject('snapshot', snapshot);
  const { version, takenAtMs, mode, trips, phase, window } = snapshot;
  if (version !== 1) throw new BreakerOptionError('snapshot.version', '1', version);
  checkFinite('snapshot.takenAtMs', takenAtMs);
  checkOneOf('snapshot.mode', mode, ['auto', 'forced_open', 'forced_closed', 'shadow']);
  checkCountOrZero('snapshot.trips', trips);
  checkObject('snapshot.phase', phase);
  checkOneOf('snapshot.phase.kind', phase.kind, ['closed', 'open']);
  if (phase.kind === 'closed') checkFinite('snapshot.phase.closedMs', phase.closedMs);
  else checkFinite('snapshot.phase.leftMs', phase.leftMs);
  checkSavedWindow(window);
}

function checkFinite(option: string, value: unknown): void {
  checkDuration(option, value);
  if (value === Infinity) throw new BreakerOptionError(option, 'finite', value);
}

function checkSavedWindow(window: SavedWindow): void {
  checkObject('snapshot.window', window);
  checkOneOf('snapshot.window.kind', window.kind, ['consecutive', 'failure_rate', 'slow_rate', 'any_of']);
  if (window.kind === 'consecutive') return checkCountOrZero('snapshot.window.failures', window.failures);
  if (window.kind !== 'any_of') return checkSavedCalls(window.span);
  if (!Array.isArray(window.windows))
    throw new BreakerOptionError('snapshot.window.windows', 'an array', window.windows);
  for (const one of window.windows) checkSavedWindow(one);
}

function checkSavedCalls(span: Extract<SavedWindow, { readonly span: unknown }>['span']): void {
  checkObject('snapshot.window.span', span);
  checkOneOf('snapshot.window.span.kind', span.kind, ['calls', 'time']);
  if (span.kind === 'calls') {
    if (typeof span.calls === 'string' && /^[01]*$/.test(span.calls)) return;
    throw new BreakerOptionError('snapshot.window.span.calls', 'a string of 0 and 1', span.calls);
  }
  if (!Array.isArray(span.buckets))
    throw new BreakerOptionError('snapshot.window.span.buckets', 'an array', span.buckets);
  for (const bucket of span.buckets) checkBucket(bucket);
}

function checkBucket(bucket: { readonly ageMs: Milliseconds; readonly calls: number; readonly bad: number }): void {
  checkObject('snapshot.window.span.buckets', bucket);
  const { ageMs, calls, bad } = bucket;
  checkFinite('snapshot.window.span.buckets.ageMs', ageMs);
  checkCount('snapshot.window.span.buckets.calls', calls);
  checkCountOrZero('snapshot.window.span.buckets.bad', bad);
  if (bad > calls) throw new BreakerOptionError('snapshot.window.span.buckets.bad', `at most calls (${calls})`, bad);
}
