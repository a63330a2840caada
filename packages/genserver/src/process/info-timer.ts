import type { Clock, ClockTimer, Milliseconds } from '../runtime/clock.js';
import { Message } from './message.js';

/** Something under way that ends with a process. */
export interface OwnedTimer {
  cancel(): unknown;
}

/** Where a timer's message goes: to a process, or to whoever holds a name when it fires. */
export interface TimerTarget {
  /** What ends with it. */
  timers: Set<OwnedTimer> | undefined;
  readonly status: 'running' | 'stopping' | 'ended';
  deliver(message: Message): boolean;
}

/** When a timer fires, and what it sends. */
export interface TimerPlan {
  /** On the runtime's clock. */
  readonly dueAt: Milliseconds;
  /** Again and again, so far apart. */
  readonly everyMs?: Milliseconds | undefined;
  readonly message: unknown;
  /** Whether the message comes in a Timeout. */
  readonly isWrapped?: boolean;
}

/** The message of `startTimer`: which timer has fired, and what it carries (TIM-010). */
export class Timeout {
  constructor(
    /** What `startTimer` returned: tells a timer from one that was cancelled too late. */
    readonly timer: InfoTimer,
    /** What was given to `startTimer`. */
    readonly message: unknown,
  ) {}
}

/** A message that is under way: what `sendAfter`, `startTimer` and `sendInterval` return. Ends with its receiver (TIM-009, TIM-015). */
export class InfoTimer implements OwnedTimer {
  readonly #clock: Clock;
  readonly #target: TimerTarget;
  readonly #everyMs: Milliseconds | undefined;
  /** Made at the start, for the async context of who started the timer. */
  readonly #message: Message;
  #dueAt: Milliseconds;
  #timer: ClockTimer | undefined;
  #isUnreffed = false;

  /** Made by the runtime. */
  constructor(clock: Clock, target: TimerTarget, { dueAt, everyMs, message, isWrapped = false }: TimerPlan) {
    this.#clock = clock;
    this.#target = target;
    this.#dueAt = dueAt;
    this.#everyMs = everyMs;
    this.#message = new Message('info', 'timer', isWrapped ? new Timeout(this, message) : message);
    if (target.status === 'ended') return; // what an abandoned handler still does has no effect
    (target.timers ??= new Set()).add(this);
    this.#arm();
  }

  /** Milliseconds left, of an interval to its next message; false when it has fired, was cancelled, or its process has ended (TIM-004). */
  read(): Milliseconds | false {
    return this.#timer === undefined ? false : Math.max(0, Math.ceil(this.#dueAt - this.#clock.now()));
  }

  /** Returns the milliseconds that were left, or false when it is too late: a message that was sent is not taken back (TIM-002, TIM-003). */
  cancel(): Milliseconds | false {
    const left = this.read();
    this.#timer?.cancel();
    this.#forget();
    return left;
  }

  /** Lets Node exit although the message is pending; without this it waits for it (TIM-017). Returns the timer. */
  unref(): this {
    this.#isUnreffed = true;
    this.#timer?.unref();
    return this;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(Math.max(0, this.#dueAt - this.#clock.now()), () => this.#fire());
    if (this.#isUnreffed) this.#timer.unref();
  }

  #fire(): void {
    if (this.#everyMs === undefined) {
      this.#forget();
      this.#target.deliver(this.#message);
    } else {
      this.#dueAt += this.#everyMs; // from when it was due, not from now: it does not drift
      this.#arm();
      this.#target.deliver(this.#again());
    }
  }

  /** A message is in one mailbox once; the next one is made in the context of the first. */
  #again(): Message {
    const { kind, name, payload } = this.#message;
    return this.#message.runInAsyncScope(() => new Message(kind, name, payload));
  }

  #forget(): void {
    this.#timer = undefined;
    this.#target.timers?.delete(this);
  }
}
