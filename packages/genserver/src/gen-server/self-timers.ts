import { checkBoolean, checkDelay, checkDuration, checkOptions } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import { InfoTimer } from '../process/info-timer.js';
import { sleep } from '../process/sleep.js';
import type { Address } from '../runtime/address.js';
import type { Clock, Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { timerTarget } from '../runtime/timer-target.js';
import { inside } from './inside.js';
import { LinkedSelf } from './self-links.js';

/** When a timer fires. */
export interface TimerOptions {
  /** Whether the time is a moment on the runtime's clock (`now()`), not a delay. One in the past fires at once. Default false (TIM-012). */
  readonly abs?: boolean;
}

/** When a timer of a process fires, and for whom. */
export interface SendOptions extends TimerOptions {
  /**
   * Who gets the message. Default: who started the timer. A pid, and a ref by pid, is one process, and the timer ends with it;
   * a name is looked up when the timer fires, and if nobody holds it then, the message is a dead letter (TIM-008, TIM-009).
   */
  readonly to?: Address;
}

/** What a process can do with time, on the runtime's clock. A pending timer keeps Node running (TIM-017). */
export abstract class TimedSelf extends LinkedSelf {
  /** The runtime's clock: milliseconds since some fixed moment. */
  now(): Milliseconds {
    return this[inside].kernel.clock.now();
  }

  /**
   * The runtime's clock itself, for what is used directly and not by messages (see `shared`). Its timers do not end with this
   * process: cancel them when `signal` fires.
   */
  get clock(): Clock {
    return this[inside].kernel.clock;
  }

  /** The runtime's chance: gives a number in [0, 1). The same function for all processes of a runtime, and only for them. */
  get random(): () => number {
    return this[inside].kernel.random;
  }

  /** Sends a message for `handleInfo` after at least `delayMs`, by default to itself. Gives how to read or cancel it (TIM-001). */
  sendAfter(delayMs: Milliseconds, message: unknown, options: SendOptions = {}): InfoTimer {
    return this.#timer(dueAt(this[inside].kernel, delayMs, options), message, options, false);
  }

  /** As `sendAfter`, but the message comes in a `Timeout` that says which timer it is of: one cancelled too late can be told (TIM-010). */
  startTimer(delayMs: Milliseconds, message: unknown, options: SendOptions = {}): InfoTimer {
    return this.#timer(dueAt(this[inside].kernel, delayMs, options), message, options, true);
  }

  /**
   * Sends a message each `intervalMs`, the first one after as much; until it is cancelled or its receiver ends. It does not
   * drift: a late message does not delay the next, and if the event loop was blocked, all that were due are sent (TIM-015).
   */
  sendInterval(intervalMs: Milliseconds, message: unknown, options: Pick<SendOptions, 'to'> = {}): InfoTimer {
    checkDelay('intervalMs', intervalMs);
    if (intervalMs === 0) throw new InvalidOptionError('intervalMs', 'more than 0 milliseconds', intervalMs);
    return this.#timer(this.now() + intervalMs, message, options, false, intervalMs);
  }

  /**
   * Waits, and with it the handler that awaits it; other processes go on. 0 returns at once. Rejects with an ExitError as soon
   * as the process ends, so that a handler which was ended does not do what it would have done afterwards (PROC-038).
   */
  sleep(delayMs: Milliseconds): Promise<void> {
    checkDuration('delayMs', delayMs);
    return sleep(this[inside].process, delayMs);
  }

  #timer(
    at: Milliseconds,
    message: unknown,
    { to }: SendOptions,
    isWrapped: boolean,
    everyMs?: Milliseconds,
  ): InfoTimer {
    const { kernel, process } = this[inside];
    const target = to === undefined || process.status === 'ended' ? process : timerTarget(kernel, to);
    return new InfoTimer(kernel.clock, target, { dueAt: at, everyMs, message, isWrapped });
  }
}

/** When that is on the runtime's clock. Checks what it is given. */
export function dueAt({ clock }: Kernel, timeMs: unknown, options: TimerOptions): Milliseconds {
  checkOptions(options);
  const { abs = false } = options;
  checkBoolean('abs', abs);
  if (!abs) {
    checkDelay('delayMs', timeMs);
    return clock.now() + timeMs;
  }
  if (!Number.isFinite(timeMs)) throw new InvalidOptionError('delayMs', `a time on the runtime's clock`, timeMs);
  return timeMs as Milliseconds;
}
