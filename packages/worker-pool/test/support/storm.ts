import { getEventListeners } from 'node:events';
import type { Clock, ClockTimer } from '@rookery/genserver';
import type { TaskContext, TaskOptions } from '../../src/index.js';

/** A clock that goes on by a millisecond when told so. */
export class StepClock implements Clock {
  readonly #due = new Map<number, Set<() => void>>();
  #now = 0;

  get pending(): number {
    return [...this.#due.values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, callback: () => void): ClockTimer {
    const at = Math.max(this.#now + 1, Math.ceil(this.#now + delayMs));
    const callbacks = this.#due.get(at) ?? new Set();
    this.#due.set(at, callbacks);
    const fire = (): void => callback();
    callbacks.add(fire);
    return { cancel: () => void callbacks.delete(fire), ref: () => {}, unref: () => {} };
  }

  async step(): Promise<void> {
    const callbacks = this.#due.get(++this.#now) ?? [];
    for (const fire of callbacks) fire();
    this.#due.delete(this.#now);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Chance that can be repeated (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What is given to a pool in a storm. */
export interface Submit {
  (task: (context: TaskContext) => unknown, options: TaskOptions): Promise<unknown>;
}

/** Gives tasks of all kinds to a pool, and looks at what becomes of them. */
export class Storm {
  readonly faults: string[] = [];
  readonly ends = new Map<string, number>();
  settled = 0;
  /** Counts up when the pool is killed: what was begun before that runs on, on its own. */
  life = 0;
  readonly #running = new Map<string, number>();
  readonly #lastBegun = new Map<string, number>();
  readonly #signals: AbortSignal[] = [];

  constructor(
    readonly clock: StepClock,
    readonly random: () => number,
    readonly size: number,
  ) {}

  get listeners(): number {
    return this.#signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0);
  }

  submit(place: number, submit: Submit): void {
    const key = this.#oneIn(2) ? `k${this.#upTo(10)}` : undefined;
    const signal = this.#oneIn(4) ? this.#abortLater() : undefined;
    const options: TaskOptions = {
      key,
      priority: this.#upTo(5) - 2,
      ...(signal !== undefined && { signal }),
      ...(this.#oneIn(3) && { timeoutMs: 1 + this.#upTo(60) }),
      ...(this.#oneIn(5) && { runTimeoutMs: 1 + this.#upTo(8) }),
      ...(this.#oneIn(5) && { queueTimeoutMs: 1 + this.#upTo(20) }),
    };
    submit(this.#task(place, key), options).then(
      (value) => this.#ended(value === place ? 'value' : `the value of another: ${String(value)}`),
      (error: unknown) => this.#ended((error as { code?: string }).code ?? (error as Error).message),
    );
  }

  #ended(end: string): void {
    this.settled++;
    this.ends.set(end, (this.ends.get(end) ?? 0) + 1);
  }

  #task(place: number, key: string | undefined): () => unknown {
    const { life } = this;
    const kind = this.#upTo(10);
    const lastsMs = this.#upTo(12);
    return () => {
      if (life !== this.life) this.faults.push(`begun after the pool that had it was killed: ${place}`);
      const leave = this.#enter(place, key);
      if (kind === 0) {
        leave();
        throw new Error('thrown');
      }
      if (kind === 1) {
        leave();
        return place;
      }
      return new Promise((resolve, reject) => {
        this.clock.setTimer(lastsMs, () => {
          leave();
          if (kind === 2) reject(new Error('rejected'));
          else resolve(place);
        });
      });
    };
  }

  /** Looks at what holds while a task runs; returns what is to be done when it ends. */
  #enter(place: number, key: string | undefined): () => void {
    const leaveAll = this.#count(`life ${this.life}`, this.size, 'tasks run');
    if (key === undefined) return leaveAll;
    const lane = `life ${this.life}, key ${key}`;
    const leaveLane = this.#count(lane, 1, 'of one key run');
    if ((this.#lastBegun.get(lane) ?? -1) > place) this.faults.push(`${place} was overtaken in ${lane}`);
    this.#lastBegun.set(lane, place);
    return () => {
      leaveAll();
      leaveLane();
    };
  }

  #count(what: string, most: number, fault: string): () => void {
    const count = (this.#running.get(what) ?? 0) + 1;
    this.#running.set(what, count);
    if (count > most) this.faults.push(`${count} ${fault} in ${what}`);
    return () => void this.#running.set(what, (this.#running.get(what) ?? 0) - 1);
  }

  #abortLater(): AbortSignal {
    const abort = new AbortController();
    this.#signals.push(abort.signal);
    this.clock.setTimer(this.#upTo(80), () => abort.abort());
    return abort.signal;
  }

  #upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  #oneIn(count: number): boolean {
    return this.random() < 1 / count;
  }
}
