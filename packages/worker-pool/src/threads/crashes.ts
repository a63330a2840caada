import type { Backoff, Milliseconds } from '@rookery/genserver';

/** How many crashes are too many. */
export interface CrashLoop {
  /** Default 10, or twice as many as there may be threads, if that is more. Infinity: the pool never gives up. */
  readonly maxCrashes?: number;
  /** Default 60 000. */
  readonly withinMs?: Milliseconds;
}

/** How long the replacement of a thread that crashed is put off. */
export type CrashBackoff = Omit<Backoff, 'resetAfterMs'>;

/** What to do after a crash. */
export type CrashVerdict =
  | { readonly kind: 'replace'; readonly delayMs: Milliseconds }
  | { readonly kind: 'give_up'; readonly crashes: number; readonly withinMs: Milliseconds };

/** The crashes since a task last came to its end. Knows no clock: it is told the time. */
export class Crashes {
  readonly #backoff: Required<CrashBackoff>;
  readonly #maxCrashes: number;
  readonly #withinMs: Milliseconds;
  readonly #random: () => number;
  #count = 0;
  #times: readonly Milliseconds[] = [];

  constructor(backoff: Required<CrashBackoff>, loop: CrashLoop, threads: number, random: () => number) {
    this.#backoff = backoff;
    this.#maxCrashes = loop.maxCrashes ?? Math.max(10, 2 * threads);
    this.#withinMs = loop.withinMs ?? 60_000;
    this.#random = random;
  }

  /** A task was done, well or with an error: threads do work. The next crash is the first again. */
  forget(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#times = [];
  }

  record(now: Milliseconds): CrashVerdict {
    const withinMs = this.#withinMs;
    // So many are enough to know; with Infinity none is.
    const earlier = this.#maxCrashes === Infinity ? [] : this.#times.filter((time) => time > now - withinMs);
    this.#times = [...earlier, now];
    if (this.#times.length >= this.#maxCrashes) return { kind: 'give_up', crashes: this.#times.length, withinMs };
    return { kind: 'replace', delayMs: crashDelay(this.#backoff, this.#count++, this.#random) };
  }
}

/** The delay after a crash with so many before it. It grows, and with jitter, so that not all come back at the same moment. */
export function crashDelay(backoff: Required<CrashBackoff>, earlier: number, random: () => number): Milliseconds {
  const longestMs = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** earlier);
  return Math.round(SPREAD[backoff.jitter](longestMs, random));
}

const SPREAD: Record<Required<CrashBackoff>['jitter'], (delayMs: Milliseconds, random: () => number) => Milliseconds> =
  {
    none: (delayMs) => delayMs,
    full: (delayMs, random) => delayMs * random(),
    equal: (delayMs, random) => delayMs / 2 + (delayMs / 2) * random(),
  };
