import { describe, expect, test } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector } from '@rookery/genserver/testing';
import { WorkerPool, type WorkerPoolOptions } from '../src/index.js';
import { seeded, StepClock, Storm } from './support/storm.js';

const TASKS = 100_000;
const A_STEP = 25;
const SIZE = 40;
const TIMEOUT_MS = 150;
/** More steps than any task or limit lasts. */
const LATER = 200;

async function steps(clock: StepClock, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await clock.step();
}

const QUEUES: readonly (readonly [string, Pick<WorkerPoolOptions, 'queue' | 'shed'>])[] = [
  ['no limit', {}],
  ['a limit that rejects', { queue: { limit: 100 } }],
  ['a limit that drops the oldest', { queue: { limit: 100, overflow: 'drop_oldest' } }],
  ['a limit outside of which they wait', { queue: { limit: 100, overflow: 'block' } }],
  ['shedding', { shed: { targetMs: 5, intervalMs: 50 } }],
];

describe(`${TASKS} tasks with random aborts, time limits and throws`, () => {
  test.each(QUEUES)('all settle once, in order by key, never too many at a time; with %s', async (_, options) => {
    const leaks = new LeakDetector();
    const clock = new StepClock();
    const pool = new WorkerPool({ ...options, clock, size: SIZE, timeoutMs: TIMEOUT_MS });
    const storm = new Storm(clock, seeded(7), SIZE);
    for (let place = 0; place < TASKS;) {
      for (let i = 0; i < A_STEP; i++) storm.submit(place++, pool.executeTask);
      await clock.step();
    }
    await steps(clock, LATER);
    expect(storm.faults).toEqual([]);
    expect(storm.settled).toBe(TASKS);
    expect([...storm.ends.keys()].filter((end) => end.startsWith('the value of another'))).toEqual([]);
    const { completed, failed, timedOut, aborted, rejected, dropped, stopped, ...now } = pool.getStats();
    expect(completed + failed + timedOut + aborted + rejected + dropped + stopped).toBe(TASKS);
    expect({ completed, failed: failed }).toEqual({
      completed: storm.ends.get('value'),
      failed: (storm.ends.get('thrown') ?? 0) + (storm.ends.get('rejected') ?? 0),
    });
    expect(now).toMatchObject({ busy: 0, available: SIZE, queued: 0, blocked: 0, overdue: 0 });
    expect(storm.listeners).toBe(0);
    await pool.stop();
    expect(clock.pending).toBe(0);
    await leaks.assertNone();
  });
});

describe(`${TASKS} tasks, and the pool killed at random times`, () => {
  test.each(['direct', 'supervised'] as const)('all settle; %s', async (tasks) => {
    const leaks = new LeakDetector();
    const clock = new StepClock();
    const random = seeded(11);
    const runtime = new Runtime({ clock });
    await runtime.startSupervisor({
      name: 'app',
      strategy: 'one_for_one',
      maxRestarts: TASKS,
      children: [WorkerPool.childSpec({ name: 'storm', size: SIZE, timeoutMs: TIMEOUT_MS, tasks })],
    });
    const pool = WorkerPool.ref(runtime, 'storm');
    const storm = new Storm(clock, random, SIZE);
    let kills = 0;
    for (let place = 0; place < TASKS;) {
      for (let i = 0; i < A_STEP; i++) storm.submit(place++, pool.executeTask);
      if (pool.isAlive && random() < 0.02) {
        kills++;
        storm.life++;
        runtime.kill('storm');
      }
      await clock.step();
    }
    await steps(clock, LATER);
    expect(storm.faults).toEqual([]);
    expect(storm.settled).toBe(TASKS);
    expect(kills).toBeGreaterThan(20);
    expect(storm.ends.get('ERR_WORKER_POOL_STOPPED')).toBeGreaterThan(kills);
    expect(storm.listeners).toBe(0);
    await runtime.shutdown();
    expect(clock.pending).toBe(0);
    expect(runtime.stats().processes).toBe(0);
    await leaks.assertNone();
  });
});
