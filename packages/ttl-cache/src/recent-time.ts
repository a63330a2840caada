import { type Clock, type Milliseconds, systemClock } from '@rookery/genserver';

/** Readings of the clock that follow each other closer than this may be a burst. */
const BURST_GAP_MS = 0.1;
/** So many of them in a row are one; from then on the clock is read once for as many. */
const READS_AT_ONCE = 16;
/**
 * What has more than this left may be judged by the time of the last reading. So much would have to pass without a turn of the event
 * loop, between two of a few reads in a burst, for it to matter.
 */
export const SAFE_MARGIN_MS = 10_000;

/**
 * The time as it was a moment ago. Reading the machine's clock takes longer than finding an entry in a map, so in a burst of
 * reads it is not read for each: `now()` may lag, by no more than the event loop is blocked, and is never ahead. Only for who
 * has SAFE_MARGIN_MS to spare. A clock that is not the machine's is read each time.
 */
export class RecentTime {
  readonly #clock: Clock;
  readonly #isMachine: boolean;
  #last: Milliseconds = -Infinity;
  /** How many more may be given the last reading. */
  #left = 0;
  #inARow = 0;
  #isArmed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#isMachine = clock === systemClock;
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

  /** It ends with this turn of the event loop, or soon after. */
  #burst(): void {
    this.#left = READS_AT_ONCE - 1;
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#clock
      .setTimer(0, () => {
        this.#isArmed = false;
        this.#left = this.#inARow = 0;
      })
      .unref();
  }
}
