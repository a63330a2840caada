import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { child, GenServer, type MailboxView, type Pid } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import {
  breakers,
  caches,
  type Check,
  type CheckContext,
  childrenDown,
  eventLoop,
  HealthCheck,
  type HealthCheckRef,
  heap,
  mailboxes,
  pools,
  restartRate,
  type LoopWindow,
  type ThreadHold,
} from '../src/index.js';
import { useRuntimes } from './support/health.js';

const newRuntime = useRuntimes();

class Worker extends GenServer {
  async wait(turn: Promise<void>): Promise<void> {
    await turn;
  }
  note(): void {}
}

/** Runs a check as a health check would. */
async function run(check: Check, context: Partial<CheckContext> = {}): Promise<unknown> {
  return check.check({
    name: check.name,
    signal: new AbortController().signal,
    now: () => 0,
    pause: () => Promise.resolve(),
    loop: () => ({ since: () => undefined }),
    holds: () => [],
    ...context,
  });
}

async function view(health: HealthCheckRef, name: string) {
  await health.checkNow(name);
  return health.check(name);
}

describe('restart-rate', () => {
  test('tells a tree that is about to give up before it does, and one that has', async () => {
    const { runtime, clock } = newRuntime();
    const health = await runtime.start(
      HealthCheck.childSpec({ name: 'health', minGapMs: 0, checks: [restartRate(runtime, { expected: ['app'] })] }),
    );
    const children = [child(Worker, { name: 'worker' })];
    await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', maxRestarts: 3, maxSeconds: 5, children });
    const states: unknown[] = [];
    for (let kills = 0; kills <= 4; kills++) {
      if (kills > 0) runtime.kill('worker');
      await settle(runtime);
      const { state, reason } = (await view(health, 'restart-rate')) ?? {};
      states.push([state, reason]);
    }
    expect(states).toEqual([
      ['healthy', undefined],
      ['healthy', undefined],
      ['degraded', 'app has had 2 of 3 restarts in 5000 ms'],
      ['degraded', 'app has had 3 of 3 restarts in 5000 ms'],
      ['unhealthy', 'There is no supervisor named app.'],
    ]);
    expect(health.probe('liveness').statusCode).toBe(503);
    await clock.advance(0);
  });

  test.each([
    [0, 0, 'healthy'],
    [1, 0, 'degraded'], // one that may have none
    [1, 2, 'degraded'],
    [1, 3, 'healthy'],
    [3, 3, 'unhealthy'],
  ] as const)('%i of %i restarts: %s', async (restarts, maxRestarts, kind) => {
    const source = {
      supervisors: () => [{ name: 'a', restarts, maxRestarts, withinMs: 5_000, children: 0, down: [] }],
    };
    const given = await run(restartRate(source, { rate: { unhealthyAt: maxRestarts === 3 ? 1 : Infinity } }));
    expect(given).toMatchObject({ kind });
  });
});

test('children: those that are backing off are named, with when they come back', async () => {
  const { runtime } = newRuntime();
  const health = await runtime.start(
    HealthCheck.childSpec({ name: 'health', minGapMs: 0, checks: [childrenDown(runtime)] }),
  );
  const children = [child(Worker, { name: 'worker', backoff: { initialMs: 250 } })];
  await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', children });
  expect(await view(health, 'children')).toMatchObject({ state: 'healthy', data: { children: 1, down: 0 } });
  runtime.kill('worker');
  await settle(runtime);
  expect(await view(health, 'children')).toMatchObject({
    state: 'degraded',
    reason: 'worker of app is down, and is restarted in 250 ms',
  });
});

describe('mailboxes', () => {
  test('tell how many messages wait for whom, and how long the oldest has', async () => {
    const { runtime, clock } = newRuntime();
    const check = mailboxes(runtime, {
      length: { degradedAt: 3 },
      ageMs: { degradedAt: 2_000, unhealthyAt: 4_000 },
      jitter: 0,
    });
    const health = await runtime.start(HealthCheck.childSpec({ name: 'health', checks: [check] }));
    const worker = await runtime.start(Worker, { name: 'worker' });
    let open = (): void => {};
    worker.cast.wait(new Promise((resolve) => (open = resolve)));
    worker.cast.note();
    await clock.advance(1_000);
    expect(health.check('mailboxes')).toMatchObject({ state: 'healthy', data: { longest: 1, oldestMs: 1_000 } });
    await clock.advance(1_000);
    expect(health.check('mailboxes')).toMatchObject({
      state: 'degraded',
      reason: 'a message has waited 2000 ms for worker',
    });
    worker.cast.note();
    worker.cast.note();
    await clock.advance(2_000);
    expect(health.check('mailboxes')).toMatchObject({
      state: 'unhealthy',
      reason: 'a message has waited 4000 ms for worker; 3 messages wait for worker',
    });
    open();
    await clock.advance(1_000);
    expect(health.check('mailboxes')).toMatchObject({ state: 'healthy', data: { longest: 0, oldestMs: 0 } });
  });

  test('a busy process whose messages do not wait long is healthy, however many it handles', async () => {
    const source = { taken: 0 };
    const pid = 1 as Pid;
    const views = (): MailboxView[] => [
      { pid, process: 'a', size: 900, limit: undefined, overflow: undefined, taken: source.taken },
    ];
    const check = mailboxes({ mailboxes: views });
    for (let second = 0; second < 20; second++) {
      source.taken += 1_000;
      expect(await run(check, { now: () => second * 1_000 })).toMatchObject({ kind: 'healthy', data: { oldestMs: 0 } });
    }
  });

  test('the age is never more than the true one, and less by no more than one look', async () => {
    const step = fc.record({ comes: fc.nat(5), goes: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const waiting: number[] = []; // when each came
        let taken = 0;
        let now = 0;
        const check = mailboxes({
          mailboxes: () => [
            { pid: 1 as Pid, process: 'a', size: waiting.length, limit: undefined, overflow: undefined, taken },
          ],
        });
        for (const { comes, goes } of steps) {
          now += 1_000;
          for (let i = 0; i < comes; i++) waiting.push(now - 500);
          taken += waiting.splice(0, goes).length;
          const { data } = (await run(check, { now: () => now })) as { readonly data: { readonly oldestMs: number } };
          const trueMs = waiting[0] === undefined ? 0 : now - waiting[0];
          expect(data.oldestMs).toBeLessThanOrEqual(trueMs);
          expect(data.oldestMs).toBeGreaterThanOrEqual(trueMs - 1_000);
        }
      }),
    );
  });

  test('of a mailbox that drops its oldest message no age is told, but that its process does not keep up', async () => {
    const dropping = { pid: 1 as Pid, process: 'a', size: 3, limit: 3, overflow: 'drop_oldest', taken: 0 } as const;
    const check = mailboxes({ mailboxes: () => [dropping] }, { ageMs: { degradedAt: 2_000 } });
    await run(check, { now: () => 0 });
    expect(await run(check, { now: () => 2_000 })).toMatchObject({
      kind: 'degraded',
      reason: 'a has taken fewer messages in 2000 ms than waited for it',
      data: { oldestMs: 0 },
    });
  });

  test('many are looked at in parts, so that the event loop goes on; names are given for a few', async () => {
    const views = Array.from({ length: 2_500 }, (_, pid): MailboxView => {
      return { pid: pid as Pid, process: `p${pid}`, size: 1_000, limit: undefined, overflow: undefined, taken: 0 };
    });
    let pauses = 0;
    const pause = async (): Promise<void> => void pauses++;
    const result = await run(mailboxes({ mailboxes: () => views }), { pause });
    expect([pauses, (result as { readonly reason: string }).reason]).toEqual([
      2,
      expect.stringMatching(/^(1000 messages wait for p\d; ){5}and 2495 more$/),
    ]);
    const few = mailboxes({ mailboxes: () => views }, { filter: ({ process }) => process === 'p7' });
    expect(await run(few)).toMatchObject({ reason: '1000 messages wait for p7' });
  });
});

describe('event-loop', () => {
  const window = { p99Ms: 1, maxMs: 2, utilization: 0.1, spanMs: 5_000 };
  const hold = { check: 'report', heldMs: 320, atMs: 7 };

  async function judged(change: Partial<LoopWindow>, holds: readonly ThreadHold[] = []): Promise<unknown> {
    return run(eventLoop(), { loop: () => ({ since: () => ({ ...window, ...change }) }), holds: () => holds });
  }

  test.each([
    [{}, 'healthy', undefined],
    [{ p99Ms: 99 }, 'healthy', undefined],
    [{ p99Ms: 100 }, 'degraded', 'the event loop was 100 ms late at the 99th percentile'],
    [{ p99Ms: 1_000 }, 'unhealthy', 'the event loop was 1000 ms late at the 99th percentile'],
    [{ maxMs: 500 }, 'degraded', 'the event loop was 500 ms late once'],
    [{ utilization: 0.99 }, 'degraded', 'the event loop was busy 99 % of the time'],
  ] as const)('%j: %s', async (change, kind, reason) => {
    const given = (await judged(change)) as { readonly reason?: string };
    expect([given, given.reason]).toEqual([expect.objectContaining({ kind }), reason]);
  });

  test('a check that held the thread is named as a likely culprit', async () => {
    expect(await judged({ p99Ms: 300 }, [hold])).toMatchObject({
      kind: 'degraded',
      reason:
        'the event loop was 300 ms late at the 99th percentile; the check report held the thread for 320 ms: a likely culprit',
      data: { p99Ms: 300, culprits: ['report'] },
    });
  });

  test('what was told once is not told again', async () => {
    let now = 0;
    const context: Partial<CheckContext> = {
      now: () => now,
      holds: () => [hold],
      loop: () => ({ since: () => undefined }),
    };
    const check = eventLoop();
    now = 10;
    expect(await run(check, context)).toMatchObject({ kind: 'degraded' });
    now = 20;
    expect(await run(check, context)).toEqual({ kind: 'healthy' });
  });
});

test.each([
  [10, 'healthy'],
  [84, 'healthy'],
  [85, 'degraded'],
  [95, 'unhealthy'],
])('heap: %i of 100 in use: %s', async (used, kind) => {
  const read = (): { used_heap_size: number; heap_size_limit: number } => ({
    used_heap_size: used * 2 ** 20,
    heap_size_limit: 100 * 2 ** 20,
  });
  expect(await run(heap({ read }))).toMatchObject({ kind, data: { limitBytes: 100 * 2 ** 20 } });
  expect(await run(heap())).toMatchObject({ kind: expect.any(String) }); // the real one can be read
});

test.each([
  ['closed', 'degraded', 'healthy'],
  ['half_open', 'degraded', 'degraded'],
  ['open', 'degraded', 'degraded'],
  ['half_open', 'unhealthy', 'degraded'],
  ['open', 'unhealthy', 'unhealthy'],
] as const)('breakers: %s, where open is %s: %s', async (state, whenOpen, kind) => {
  const check = breakers({ payments: { state }, mail: { state: 'closed' } }, { whenOpen });
  expect(await run(check)).toMatchObject({ kind, data: { payments: state, mail: 'closed' } });
  expect((await run(breakers({ payments: { state: 'open' } }))) as object).toMatchObject({ kind: 'degraded' }); // by default
});

test.each([
  [{ total: 4, busy: 0, queued: 0, overdue: 0 }, 'healthy', undefined],
  [{ total: 4, busy: 4, queued: 3, overdue: 0 }, 'healthy', undefined],
  [{ total: 4, busy: 4, queued: 4, overdue: 0 }, 'degraded', '4 tasks wait for the pool physics, which runs 4'],
  [{ total: 4, busy: 4, queued: 36, overdue: 0 }, 'unhealthy', '36 tasks wait for the pool physics, which runs 4'],
  [{ total: 4, busy: 1, queued: 0, overdue: 1 }, 'degraded', '1 tasks of the pool physics are overdue'],
  [{ total: 0, busy: 0, queued: 0, overdue: 0 }, 'healthy', undefined],
] as const)('pools: %j: %s', async (stats, kind, reason) => {
  const given = await run(pools({ physics: { getStats: () => stats } }, { saturation: { unhealthyAt: 10 } }));
  expect([given, (given as { readonly reason?: string }).reason]).toEqual([expect.objectContaining({ kind }), reason]);
});

test.each([
  [999, 'healthy'],
  [1_000, 'degraded'],
  [60_000, 'unhealthy'],
])('caches: a sweep that is %i ms behind: %s', async (sweepLagMs, kind) => {
  const check = caches({ users: { stats: () => ({ sweepLagMs }) } }, { sweepLagMs: { unhealthyAt: 60_000 } });
  expect(await run(check)).toMatchObject({ kind, data: { users: sweepLagMs } });
});

test('options of the check may be given to each, and win over those of the indicator', () => {
  const check = heap({ name: 'memory', tags: ['liveness'], critical: false, intervalMs: 1_000, rise: 2 });
  expect(check).toMatchObject({ name: 'memory', tags: ['liveness'], critical: false, intervalMs: 1_000, rise: 2 });
  expect(eventLoop()).toMatchObject({ name: 'event-loop', tags: ['liveness', 'readiness'], intervalMs: 5_000 });
});
