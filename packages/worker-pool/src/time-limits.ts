import { AsyncResource } from 'node:async_hooks';
import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';

/** A time limit that is running. */
export class TimeLimit {
  previous: TimeLimit | undefined;
  next: TimeLimit | undefined;

  constructor(
    readonly dueAt: Milliseconds,
    readonly onDue: () => void,
    private readonly list: LimitList,
  ) {}

  cancel(): void {
    this.list.remove(this);
  }
}

/**
 * Time limits, of which nearly all are cancelled. Those of one length share a timer, as they are due in the order they began.
 * A timer keeps Node running while somebody waits.
 */
export class TimeLimits {
  readonly #clock: Clock;
  readonly #lists = new Map<Milliseconds, LimitList>();
  /** Timers belong to nobody's async context. */
  readonly #scope = new AsyncResource('WorkerPoolTimer');
  readonly #usual: readonly Milliseconds[];

  /** The timers of the usual lengths stay, so that one task after the other does not set one each. */
  constructor(clock: Clock, usual: readonly Milliseconds[]) {
    this.#clock = clock;
    this.#usual = usual;
  }

  /** From `since` on. */
  start(limitMs: Milliseconds, since: Milliseconds, onDue: () => void): TimeLimit | undefined {
    if (limitMs === Infinity) return undefined;
    let list = this.#lists.get(limitMs);
    if (list === undefined) this.#lists.set(limitMs, (list = this.#listOf(limitMs)));
    return list.add(since + limitMs, onDue);
  }

  /** No timer is left, and none of those that run comes. */
  clear(): void {
    for (const list of this.#lists.values()) list.clear();
    this.#lists.clear();
  }

  #listOf(limitMs: Milliseconds): LimitList {
    return new LimitList({
      clock: this.#clock,
      scope: this.#scope,
      isKept: this.#usual.includes(limitMs),
      onEmpty: () => void this.#lists.delete(limitMs),
    });
  }
}

interface LimitListParts {
  readonly clock: Clock;
  readonly scope: AsyncResource;
  /** Whether the timer stays, unref-ed, when nobody waits. */
  readonly isKept: boolean;
  /** The timer has gone. */
  readonly onEmpty: () => void;
}

class LimitList {
  readonly #parts: LimitListParts;
  #first: TimeLimit | undefined;
  #last: TimeLimit | undefined;
  #timer: ClockTimer | undefined;

  constructor(parts: LimitListParts) {
    this.#parts = parts;
  }

  add(dueAt: Milliseconds, onDue: () => void): TimeLimit {
    const limit = new TimeLimit(dueAt, onDue, this);
    let before = this.#last;
    // Nearly always the last one is due before this; not when a task was begun on the stack of another that blocked.
    while (before !== undefined && before.dueAt > dueAt) before = before.previous;
    limit.previous = before;
    limit.next = before === undefined ? this.#first : before.next;
    if (limit.next === undefined) this.#last = limit;
    else limit.next.previous = limit;
    if (before !== undefined) before.next = limit;
    else this.#isNext(limit);
    return limit;
  }

  remove(limit: TimeLimit): void {
    if (limit.previous === undefined && this.#first !== limit) return; // it is gone already
    if (limit.previous === undefined) this.#first = limit.next;
    else limit.previous.next = limit.next;
    if (limit.next === undefined) this.#last = limit.previous;
    else limit.next.previous = limit.previous;
    limit.previous = undefined;
    limit.next = undefined;
    if (this.#first === undefined) this.#rest();
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#first = undefined;
    this.#last = undefined;
  }

  /** It is due before all others. */
  #isNext(limit: TimeLimit): void {
    const wasEmpty = this.#first === undefined;
    this.#first = limit;
    if (this.#timer === undefined) this.#arm(limit.dueAt);
    else if (wasEmpty) this.#timer.ref();
  }

  /** Nobody waits. */
  #rest(): void {
    if (this.#timer === undefined) return;
    if (this.#parts.isKept) return this.#timer.unref();
    this.clear();
    this.#parts.onEmpty();
  }

  #arm(dueAt: Milliseconds): void {
    const { clock, scope } = this.#parts;
    const delayMs = Math.max(0, dueAt - clock.now());
    this.#timer = scope.runInAsyncScope(() => clock.setTimer(delayMs, () => this.#fire()));
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#parts.clock.now();
    for (let limit = this.#first; limit !== undefined && limit.dueAt <= now; limit = this.#first) {
      this.remove(limit);
      limit.onDue();
    }
    if (this.#first === undefined) this.#parts.onEmpty();
    else if (this.#timer === undefined) this.#arm(this.#first.dueAt);
  }
}
