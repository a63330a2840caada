import type { ClockTimer, Milliseconds } from '../runtime/clock.js';
import { Message } from './message.js';
import type { Process } from './process.js';

/** A message to oneself that is under way. Ends with its process (TIM-009). */
export class InfoTimer {
  readonly #process: Process;
  readonly #dueAt: Milliseconds;
  #timer: ClockTimer | undefined;

  constructor(process: Process, delayMs: Milliseconds, message: unknown) {
    this.#process = process;
    this.#dueAt = process.host.clock.now() + delayMs;
    if (process.status === 'ended') return; // what an abandoned handler still does has no effect
    (process.timers ??= new Set()).add(this);
    const info = new Message('info', 'timer', message); // made here for the async context of the sender
    this.#timer = process.host.clock.setTimer(delayMs, () => {
      this.#forget();
      process.deliver(info);
    });
  }

  /** Milliseconds left, or false when it has fired, was cancelled, or its process has ended (TIM-004). */
  read(): Milliseconds | false {
    return this.#timer === undefined ? false : Math.max(0, Math.ceil(this.#dueAt - this.#process.host.clock.now()));
  }

  /** Returns the milliseconds that were left, or false when it is too late: a message that was sent is not taken back (TIM-002, TIM-003). */
  cancel(): Milliseconds | false {
    const left = this.read();
    this.#timer?.cancel();
    this.#forget();
    return left;
  }

  #forget(): void {
    this.#timer = undefined;
    this.#process.timers?.delete(this);
  }
}
