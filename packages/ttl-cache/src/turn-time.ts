import type { Clock, Milliseconds } from '@rookery/genserver';
import { onNextTurn } from './machine.js';

/** Where reads take the time from. */
export type TimeSource = Pick<Clock, 'now'>;

/**
 * The time of the first reading in this turn of the event loop: it stands still until the turn ends. Only for judging whether a
 * life is over. What is put or touched begins its life at the real time, so no life ends early by this.
 */
export class TurnTime implements TimeSource {
  readonly #clock: TimeSource;
  /** Of this turn. Undefined: none yet. */
  #reading: Milliseconds | undefined;
  #cancel: (() => void) | undefined;
  readonly #forget = (): void => {
    this.#reading = undefined;
  };

  constructor(clock: TimeSource) {
    this.#clock = clock;
  }

  now(): Milliseconds {
    return this.#reading ?? this.#read();
  }

  /** Leaves nothing to the next turn. */
  close(): void {
    this.#cancel?.();
    this.#forget();
  }

  #read(): Milliseconds {
    const now = this.#clock.now();
    this.#cancel = onNextTurn(this.#forget);
    return (this.#reading = now);
  }
}
