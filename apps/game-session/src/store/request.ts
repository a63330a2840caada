import type { Clock, ClockTimer, Deferred, Milliseconds } from '@rookery/genserver';
import { StoreUnavailableError, type Unavailability } from './errors.js';

/** Somebody who waits for the database: answered once, by the deadline at the latest. */
export class Request<T> {
  /** Whether it was sent, and may have been written although no answer came. */
  inDoubt = false;
  /** Called when it is answered. */
  onAnswered: (() => void) | undefined;
  #isAnswered = false;
  readonly #timer: ClockTimer;

  constructor(
    private readonly answer: Deferred<T>,
    clock: Clock,
    limitMs: Milliseconds,
  ) {
    this.#timer = clock.setTimer(limitMs, () => this.giveUp('away'));
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  reply(value: T): void {
    if (this.#close()) this.answer.reply(value);
  }

  refuse(error: unknown): void {
    if (this.#close()) this.answer.refuse(error);
  }

  giveUp(why: Unavailability): void {
    this.refuse(new StoreUnavailableError(why, this.inDoubt));
  }

  #close(): boolean {
    if (this.#isAnswered) return false;
    this.#isAnswered = true;
    this.#timer.cancel();
    this.onAnswered?.();
    return true;
  }
}
