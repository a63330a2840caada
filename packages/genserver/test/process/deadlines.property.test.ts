import assert from 'node:assert/strict';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Due, Deadlines, type DueList } from '../../src/process/deadlines.js';
import { ManualClock } from '../../src/testing.js';

class Wait implements Due {
  dueAt = Infinity;
  dueList: DueList | undefined;
  nextDue: Due | undefined;
  previousDue: Due | undefined;

  constructor(private readonly onExpire: () => void) {}

  expire(): void {
    this.onExpire();
  }
}

const step = fc.oneof(
  // Few different limits, so that lists are shared; fractions are rounded up.
  fc.record({ kind: fc.constant('add'), limitMs: fc.constantFrom(0, 1, 2.5, 3, 10, 40) }),
  fc.record({ kind: fc.constant('remove'), which: fc.nat() }),
  fc.record({ kind: fc.constant('advance'), byMs: fc.nat(15) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The real thing, next to a plain list of what is pending. */
class Pair {
  readonly clock = new ManualClock();
  readonly expired: number[] = [];
  readonly #deadlines = new Deadlines(this.clock);
  #pending: { readonly wait: Wait; readonly dueAt: number }[] = [];

  async apply(given: Step): Promise<void> {
    if ('limitMs' in given) this.#add(given.limitMs);
    else if ('which' in given) this.#remove(given.which % Math.max(1, this.#pending.length));
    else await this.#advance(given.byMs);
    assert.equal(this.clock.pendingTimers > 0, this.#pending.length > 0);
  }

  close(): void {
    while (this.#pending.length > 0) this.#remove(0);
    this.#deadlines.close();
    assert.equal(this.clock.pendingTimers, 0);
  }

  #add(limitMs: number): void {
    const wait = new Wait(() => this.expired.push(this.clock.now()));
    this.#deadlines.add(wait, limitMs, this.clock.now());
    this.#pending.push({ wait, dueAt: this.clock.now() + Math.ceil(limitMs) });
  }

  #remove(index: number): void {
    const [removed] = this.#pending.splice(index, 1);
    removed?.wait.dueList?.remove(removed.wait);
  }

  async #advance(byMs: number): Promise<void> {
    const until = this.clock.now() + byMs;
    const due = this.#pending.filter(({ dueAt }) => dueAt <= until);
    this.#pending = this.#pending.filter(({ dueAt }) => dueAt > until);
    await this.clock.advance(byMs);
    const times = due.map(({ dueAt }) => dueAt).toSorted((a, b) => a - b);
    assert.deepEqual(this.expired.splice(0), times);
  }
}

test('each deadline expires once, at its time, unless it was removed: like a plain list of due times', async () => {
  const run = async (steps: readonly Step[]): Promise<void> => {
    const pair = new Pair();
    for (const given of steps) await pair.apply(given);
    pair.close();
    expect(pair.expired).toEqual([]);
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), run), { numRuns: 1000 });
});

test('what a deadline sets off may add and remove others', async () => {
  const clock = new ManualClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const last = new Wait(() => expired.push('never'));
  const second = new Wait(() => expired.push(`second at ${clock.now()}`));
  const first = new Wait(() => {
    expired.push(`first at ${clock.now()}`);
    last.dueList?.remove(last);
    deadlines.add(second, 10, clock.now());
  });
  deadlines.add(first, 10, clock.now());
  deadlines.add(last, 10, clock.now());
  await clock.advance(50);
  expect(expired).toEqual(['first at 10', 'second at 20']);
  expect(clock.pendingTimers).toBe(0);
});
