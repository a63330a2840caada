import { AsyncResource } from 'node:async_hooks';
import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';

/** Which of its time limits a task has reached. */
export type ReachedLimit = 'timeoutMs' | 'queueTimeoutMs' | 'runTimeoutMs';

/** A time limit that is running: of whom, and which. */
export class TimeLimit<Of> {
  previous: TimeLimit<Of> | undefined;
  next: TimeLimit<Of> | undefined;

  constructor(
    readonly dueAt: Milliseconds,
    readonly of: Of,
    readonly kind: ReachedLimit,
    private readonly list: LimitList<Of>,
  ) {}

  /** If it is due, says so to its owner before its timer does, and returns true. */
  reachedBy(now: Milliseconds): boolean {
    if (this.dueAt > now) return false;
    this.list.reach(this);
    return true;
  }

  cancel(): void {
    this.list.remove(this);
  }
}

/**
 * Time limits, of which nearly all are cancelled. Those of one length share a timer, as they are due in the order they began.
 * A timer keeps Node running while somebody waits.
 */
export class TimeLimits<Of> {
  readonly #clock: Clock;
  readonly #lists = new Map<Milliseconds, LimitList<Of>>();
  /** Timers belong to nobody's async context. */
  readonly #scope = new AsyncResource('WorkerPoolTimer');
  readonly #usual: readonly Milliseconds[];
  readonly #onDue: OnDue<Of>;

  /** The timers of the usual lengths stay, so that one task after the other does not set one each. */
  constructor(clock: Clock, usual: readonly Milliseconds[], onDue: OnDue<Of>) {
    this.#clock = clock;
    this.#usual = usual;
    this.#onDue = onDue;
  }

  /** From `since` on. */
  start(limitMs: Milliseconds, since: Milliseconds, of: Of, kind: ReachedLimit): TimeLimit<Of> | undefined {
    if (limitMs === Infinity) return undefined;
    let list = this.#lists.get(limitMs);
    if (list === undefined) this.#lists.set(limitMs, (list = this.#listOf(limitMs)));
    return list.add(since + limitMs, of, kind);
  }

  /** No timer is left, and none of those that run comes. */
  clear(): void {
    for (const list of this.#lists.values()) list.clear();
    this.#lists.clear();
  }

  #listOf(limitMs: Milliseconds): LimitList<Of> {
    const list: LimitList<Of> = new LimitList<Of>({
      clock: this.#clock,
      scope: this.#scope,
      isKept: this.#usual.includes(limitMs),
      onDue: ({ of, kind }) => this.#onDue(of, kind, limitMs),
      onEmpty: () => {
        if (this.#lists.get(limitMs) === list) this.#lists.delete(limitMs); // else there is another one by now
      },
    });
    return list;
  }
}

type OnDue<Of> = (of: Of, kind: ReachedLimit, limitMs: Milliseconds) => void;

interface LimitListParts<Of> {
  readonly clock: Clock;
  readonly scope: AsyncResource;
  /** Whether the timer stays, unref-ed, when nobody waits. */
  readonly isKept: boolean;
  readonly onDue: (limit: TimeLimit<Of>) => void;
  /** The timer has gone. */
  readonly onEmpty: () => void;
}

class LimitList<Of> {
  readonly #parts: LimitListParts<Of>;
  #first: TimeLimit<Of> | undefined;
  #last: TimeLimit<Of> | undefined;
  #timer: ClockTimer | undefined;
  #firesAt = 0;

  constructor(parts: LimitListParts<Of>) {
    this.#parts = parts;
  }

  add(dueAt: Milliseconds, of: Of, kind: ReachedLimit): TimeLimit<Of> {
    const limit = new TimeLimit(dueAt, of, kind, this);
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

  remove(limit: TimeLimit<Of>): void {
    if (limit.previous === undefined && this.#first !== limit) return; // it is gone already
    if (limit.previous === undefined) this.#first = limit.next;
    else limit.previous.next = limit.next;
    if (limit.next === undefined) this.#last = limit.previous;
    else limit.next.previous = limit.previous;
    limit.previous = undefined;
    limit.next = undefined;
    if (this.#first === undefined) this.#rest();
  }

  /** It is due. */
  reach(limit: TimeLimit<Of>): void {
    this.remove(limit);
    this.#parts.onDue(limit);
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#first = undefined;
    this.#last = undefined;
  }

  /** It is due before all others. */
  #isNext(limit: TimeLimit<Of>): void {
    const wasEmpty = this.#first === undefined;
    this.#first = limit;
    if (this.#timer !== undefined && this.#firesAt <= limit.dueAt) {
      if (wasEmpty) this.#timer.ref();
      return;
    }
    this.#timer?.cancel();
    this.#arm(limit.dueAt);
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
    this.#firesAt = dueAt;
    this.#timer = scope.runInAsyncScope(() => clock.setTimer(delayMs, () => this.#fire()));
  }

  #fire(): void {
    this.#timer = undefined;
    const now = this.#parts.clock.now();
    for (let limit = this.#first; limit !== undefined && limit.dueAt <= now; limit = this.#first) {
      this.reach(limit);
    }
    if (this.#timer !== undefined) return; // somebody has begun to wait meanwhile
    if (this.#first === undefined) this.#parts.onEmpty();
    else this.#arm(this.#first.dueAt);
  }
}
