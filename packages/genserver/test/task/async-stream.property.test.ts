import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asyncStream, Runtime, type StreamResult } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { raise } from '../gen-server/probe.js';

const input = fc.record({
  sleepMs: fc.constantFrom(0, 1, 2, 5, 20),
  fails: fc.boolean(),
  waitMs: fc.constantFrom(0, 0, 3),
});
type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

const plan = fc.record({
  inputs: fc.array(input, { maxLength: 12 }),
  maxConcurrency: fc.integer({ min: 1, max: 5 }),
  ordered: fc.boolean(),
  isAsync: fc.boolean(),
  consumerMs: fc.constantFrom(0, 4),
  /** How many results are taken before the loop is left. */
  take: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 12 })),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** What happened, to be held against the rules. */
class Journal {
  taken = 0;
  done = 0;
  isClosed = false;
  inFlight = 0;
  mostInFlight = 0;
  mostAhead = 0;
  takenWhileBusy = 0;
  /** The loop is at work on a result, and asks for no other. */
  isBusy = false;
}

const TIMEOUT_MS = 10;

/** One after the other, without any concurrency: what each input must give. */
function expected({ sleepMs, fails }: Input, index: number): string {
  if (sleepMs > TIMEOUT_MS) return `exit ERR_GENSERVER_TASK_TIMEOUT`;
  return fails ? `exit boom ${index}` : `ok ${index}`;
}

function describeResult(result: StreamResult<unknown, number>): string {
  if (result.kind === 'ok') return `ok ${result.value}`;
  const error = result.reason.kind === 'error' ? result.reason.error : undefined;
  return `exit ${error instanceof Error ? (error as Error & { readonly code: string }).code : String(error)}`;
}

/** What is left of the expected results when those that came are taken out, each once; in their order, if that matters. */
function leftOver(all: readonly string[], results: readonly string[], isOrdered: boolean): readonly string[] {
  const left = [...all];
  for (const result of results) {
    const at = left.indexOf(result);
    if (isOrdered ? at === 0 : at !== -1) left.splice(at, 1);
  }
  return left;
}

class Run {
  readonly clock = new ManualClock();
  readonly runtime = new Runtime({ clock: this.clock });
  readonly journal = new Journal();
  readonly results: string[] = [];

  constructor(private readonly given: Plan) {}

  sleep(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => void this.clock.setTimer(ms, resolve));
  }

  take(): void {
    const { journal } = this;
    journal.taken++;
    if (journal.isBusy) journal.takenWhileBusy++;
    journal.mostAhead = Math.max(journal.mostAhead, journal.taken - journal.done);
  }

  *inputs(): Generator<[Input, number]> {
    try {
      for (const [index, one] of this.given.inputs.entries()) {
        this.take();
        yield [one, index];
      }
    } finally {
      this.journal.isClosed = true;
    }
  }

  async *asyncInputs(): AsyncGenerator<[Input, number]> {
    for (const one of this.inputs()) {
      await this.sleep(one[0].waitMs);
      yield one;
    }
  }

  async work([one, index]: [Input, number], signal: AbortSignal): Promise<number> {
    const { journal } = this;
    journal.mostInFlight = Math.max(journal.mostInFlight, ++journal.inFlight);
    const left = (): void => void (journal.inFlight--, journal.done++);
    signal.addEventListener('abort', left, { once: true });
    await this.sleep(one.sleepMs);
    signal.removeEventListener('abort', left);
    if (!signal.aborted) left();
    return one.fails ? raise(`boom ${index}`) : index;
  }

  async loop(): Promise<void> {
    const { ordered, maxConcurrency, isAsync, consumerMs, take } = this.given;
    const options = { ordered, maxConcurrency, timeoutMs: TIMEOUT_MS, onTimeout: 'kill_task' } as const;
    const inputs = isAsync ? this.asyncInputs() : this.inputs();
    const stream = asyncStream(this.runtime, inputs, (one, { signal }) => this.work(one, signal), options);
    for await (const result of stream) {
      this.results.push(describeResult(result));
      if (this.results.length >= take) break;
      this.journal.isBusy = consumerMs > 0;
      await this.sleep(consumerMs);
      this.journal.isBusy = false;
    }
  }
}

test('a stream gives what a plain loop would, keeps its limits, and leaves nothing behind (TASK-034, TASK-035, TASK-037, TASK-039, TASK-041, TASK-048, TASK-051)', async () => {
  const check = async (given: Plan): Promise<void> => {
    const run = new Run(given);
    const looped = run.loop();
    await run.clock.advance(5000);
    await looped;
    const { journal, results, runtime, clock } = run;
    const all = given.inputs.map(expected);
    const count = Math.min(all.length, given.take);
    expect(results).toHaveLength(count);
    expect(leftOver(all, results, given.ordered)).toHaveLength(all.length - count);
    expect(journal.mostInFlight).toBeLessThanOrEqual(given.maxConcurrency);
    expect(journal.mostAhead).toBeLessThanOrEqual(given.maxConcurrency);
    expect(journal.takenWhileBusy).toBe(0);
    expect(journal.isClosed || journal.taken === 0).toBe(true);
    expect(journal.inFlight).toBe(0);
    expect([runtime.stats().processes, clock.pendingTimers]).toEqual([0, 0]);
    await runtime.shutdown();
  };
  await fc.assert(fc.asyncProperty(plan, check), { numRuns: 150 });
});
