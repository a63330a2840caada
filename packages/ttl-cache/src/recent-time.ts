import type { Clock, Milliseconds } from '@rookery/genserver';
import { onNextTurn } from './machine.js';
import { isMachine } from './process-clock.js';

/** Readings of the clock that follow each other closer than this may be a burst. */
const BURST_GAP_MS = 0.1;
/** So many of them in a row are one; from then on the clock is read once for as many. */
const READS_AT_ONCE = 16;
/** What lives longer than this may begin its life at the time of the last reading. What was lost is small against it. */
export const SAFE_MARGIN_MS = 10_000;

/**
 * The time as it was a moment ago, for the beginning of long lives and for nothing else. Reading the machine's clock takes longer
 * than finding an entry in a map, so in a burst of puts it is not read for each: `now()` may lag, by no more than the event
 * loop is blocked, and is never ahead. A life then ends early by so much, never late. Whether a life is over is not judged by
 * this. A clock that is not the machine's is read each time.
 */
export class RecentTime {
  readonly #clock: Clock;
  readonly #isMachine: boolean;
  #last: Milliseconds = -Infinity;
  /** How many more may be given the last reading. */
  #left = 0;
  #inARow = 0;
  /** Takes back what ends the burst. */
  #cancel: (() => void) | undefined;
  readonly #end = (): void => {
    this.#cancel = undefined;
    this.#left = this.#inARow = 0;
  };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#isMachine = isMachine(clock);
  }

  now(): Milliseconds {
    if (this.#left === 0) return this.#read();
    this.#left--;
    return this.#last;
  }

  #read(): Milliseconds {
    const now = this.#clock.now();
    this.#inARow = now - this.#last < BURST_GAP_MS ? this.#inARow + 1 : 0;
    this.#last = now;
    if (this.#isMachine && this.#inARow >= READS_AT_ONCE) this.#burst();
    return now;
  }

  /** Leaves nothing to the next turn. */
  close(): void {
    this.#cancel?.();
    this.#end();
  }

  /** It ends with this turn of the event loop. */
  #burst(): void {
    this.#left = READS_AT_ONCE - 1;
    this.#cancel ??= onNextTurn(this.#end);
  }
}
