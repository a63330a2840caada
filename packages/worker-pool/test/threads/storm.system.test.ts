import { describe, expect, test } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector } from '@rookery/genserver/testing';
import { type Engine, type PoolEvent, threads, type ThreadsOf, WorkerPool } from '../../src/index.js';
import { seeded } from '../support/storm.js';
import { fixture, threadsAlive, until } from '../support/threads.js';

type Face = ThreadsOf<typeof import('./fixtures/storm.mjs').storm>;

const SIZE = 3;
const KEYS = 20;
/** How often each is done, of a thousand. What ends a thread is rare, as a new one takes its time. */
const ACTS = { exit: 3, spin: 2, late: 1, throw: 50, wait: 20, function: 20 };

const engineOf = (): Engine<Face> =>
  threads<typeof import('./fixtures/storm.mjs').storm>({
    module: fixture('storm.mjs'),
    export: 'storm',
    minThreads: 1,
    maxThreads: SIZE,
    idleTimeoutMs: 5,
    maxTasksPerWorker: 500,
    backoff: { initialMs: 1, maxMs: 5 },
    crashLoop: { maxCrashes: Infinity },
  });

/** Gives tasks to a pool, and keeps books on what becomes of them. */
class Storm {
  settled = 0;
  readonly ends = new Map<string, number>();
  readonly wrong: string[] = [];
  readonly #last = new Int32Array(new SharedArrayBuffer(4 * KEYS)).fill(-1);
  readonly #faults = new Int32Array(new SharedArrayBuffer(8));
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Two at a time in a thread, and out of the order of their key. */
  get faults(): readonly number[] {
    return [...this.#faults];
  }

  async submit(seq: number, executeTask: Face['executeTask']): Promise<void> {
    const act = this.#act();
    const key = Math.floor(this.#random() * KEYS);
    const controller = new AbortController();
    const chance = this.#random();
    const input = { seq, key, act, last: this.#last, faults: this.#faults };
    const limits = act === 'spin' ? { runTimeoutMs: 5 } : chance < 0.01 ? { timeoutMs: 1 + (seq % 10) } : {};
    const task = executeTask(input, { timeoutMs: Infinity, ...limits, key, signal: controller.signal });
    if (chance > 0.98) setImmediate(() => controller.abort());
    try {
      const value = await task;
      this.#ended('value');
      if (value?.seq !== seq) this.wrong.push(`${seq} got the value of ${value?.seq}`);
    } catch (error) {
      const { code, seq: thrown = seq } = error as { readonly code?: string; readonly seq?: number };
      this.#ended(code ?? (error as Error).name);
      if (thrown !== seq) this.wrong.push(`${seq} got the error of ${thrown}`);
    }
    this.settled++;
  }

  #act(): string {
    let place = this.#random() * 1_000;
    for (const [act, share] of Object.entries(ACTS)) if ((place -= share) < 0) return act;
    return 'give';
  }

  #ended(how: string): void {
    this.ends.set(how, (this.ends.get(how) ?? 0) + 1);
  }
}

/** In groups, so that some find a free thread and some wait. */
async function rage(storm: Storm, count: number, executeTask: Face['executeTask']): Promise<void> {
  const tasks: Promise<void>[] = [];
  for (let seq = 0; seq < count; seq++) {
    tasks.push(storm.submit(seq, executeTask));
    if (seq % 100 === 99) await until(() => storm.settled > seq - 400);
  }
  await Promise.all(tasks);
}

describe('tasks on threads with random aborts, time limits, throws, exits and what cannot be sent', () => {
  test('all settle once, each with its own answer, in order by key, one at a time in a thread; none is left', async () => {
    const TASKS = 20_000;
    const leaks = new LeakDetector();
    const events: PoolEvent[] = [];
    let most = 0;
    const onEvent = (event: PoolEvent): void => {
      events.push(event);
      most = Math.max(most, threadsAlive(events));
    };
    const pool = new WorkerPool({ engine: engineOf(), onEvent });
    const storm = new Storm(seeded(5));
    await rage(storm, TASKS, pool.executeTask);
    expect(storm.settled).toBe(TASKS);
    expect(storm.wrong).toEqual([]);
    expect(storm.faults).toEqual([0, 0]);
    for (const end of ['value', 'RangeError', 'ERR_WORKER_POOL_WORKER_CRASHED', 'ERR_WORKER_POOL_RUN_TIMEOUT']) {
      expect(storm.ends.get(end)).toBeGreaterThan(0);
    }
    expect(most).toBeLessThanOrEqual(SIZE);
    await until(() => pool.getStats().busy === 0);
    expect(pool.getStats()).toMatchObject({ queued: 0, blocked: 0, overdue: 0, completed: storm.ends.get('value') });
    await pool.stop();
    expect(threadsAlive(events)).toBe(0);
    await leaks.assertNone();
  });

  test('also when the pool is killed now and then', async () => {
    const TASKS = 3_000;
    const leaks = new LeakDetector();
    const events: PoolEvent[] = [];
    const runtime = new Runtime();
    const spec = WorkerPool.childSpec({
      name: 'storm',
      engine: engineOf(),
      onEvent: (event) => void events.push(event),
    });
    await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', maxRestarts: 1_000, children: [spec] });
    const pool = WorkerPool.ref<Face>(runtime, 'storm');
    const random = seeded(9);
    const storm = new Storm(random);
    let kills = 0;
    const killer = async (): Promise<void> => {
      while (storm.settled < TASKS) {
        const { settled } = storm;
        await until(() => storm.settled >= Math.min(TASKS, settled + 50 + random() * 300));
        await until(() => pool.isAlive);
        runtime.kill('storm');
        kills++;
        await until(() => pool.isAlive);
      }
    };
    await Promise.all([rage(storm, TASKS, pool.executeTask), killer()]);
    expect(storm.settled).toBe(TASKS);
    expect(storm.wrong).toEqual([]);
    expect(storm.faults[0]).toBe(0);
    await runtime.shutdown();
    await until(() => threadsAlive(events) === 0);
    await leaks.assertNone({ runtime });
    expect(kills).toBeGreaterThan(0);
  });
});
