import { describe, expect, test } from '@jest/globals';
import { child, dynamicSupervisor, ExitReason, GenServer, Registry, supervisor, via } from '../../src/index.js';
import { useTrees } from './support.js';

// What was found broken in other libraries. Each of these rules failed there; see the rule's own words.
const newTree = useTrees();

class Idle extends GenServer {}

const MANY = 20_000;
const SIBLINGS = 2_000;
/** Entries looked at for each child; with one for each of its siblings it would be thousands. */
const A_FEW = 100;

describe('supervision', () => {
  test('a supervisor is an ordinary child: it is not taken for dead, and nothing outlives the root', async () => {
    const tree = newTree();
    const sub = supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('a') });
    const root = await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [sub] });
    await tree.clock.advance(60_000);
    expect((await root.whichChildren())[0]).toMatchObject({ restarts: 0, state: 'running' });
    await tree.runtime.stop('root');
    expect(tree.runtime.stats().processes).toBe(0);
  });

  test('a child that is stopped on purpose stays stopped, and leaves no orphan', async () => {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({
      name: 'root',
      strategy: 'one_for_one',
      children: tree.workers('a'),
    });
    await root.terminateChild('a');
    await tree.clock.advance(60_000);
    expect([tree.attempts('a'), tree.runtime.stats().processes]).toEqual([1, 1]);
  });

  test('one_for_all with slow last words starts each child once more, not several times', async () => {
    const tree = newTree();
    const children = tree.workers('abc', { trapExit: true, cleanup: 120 });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_all', children });
    await tree.take();
    await tree.crash('b');
    await tree.clock.advance(1_000);
    expect(await tree.takeStarts()).toBe('abc');
    expect(tree.runtime.stats().processes).toBe(4);
  });

  test('a stop during a restart leaves no orphan', async () => {
    const tree = newTree();
    const children = tree.workers('abc', { trapExit: true, cleanup: 120 });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_all', children });
    await tree.crash('b');
    await tree.clock.advance(130);
    const stopped = tree.runtime.stop('root');
    await tree.clock.advance(1_000);
    await stopped;
    expect(tree.runtime.stats().processes).toBe(0);
  });

  test('a supervisor that gives up stops its other children and tells its parent', async () => {
    const tree = newTree();
    const sub = supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('ab'), maxRestarts: 0 });
    const root = await tree.runtime.startSupervisor({
      strategy: 'one_for_one',
      children: [{ ...sub, restart: 'temporary' }],
    });
    await tree.crash('a');
    expect([tree.ref('b').isAlive, tree.runtime.whereis('sub')]).toEqual([false, undefined]);
    expect(await root.countChildren()).toMatchObject({ specs: 0 });
  });

  test('an init that fails at a restart is tried again and counted; siblings stay supervised', async () => {
    const tree = newTree();
    const children = [tree.worker('a', { attempts: ['ok', 'fail', 'ok'] }), tree.worker('b')];
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    await tree.take();
    await tree.crash('a');
    await tree.crash('b');
    const starts = (await tree.take()).filter((line) => /^(start|fail)/.test(line));
    expect(starts).toEqual(['fail a', 'start a', 'start b']);
  });

  test('a crash is seen at once, without any time passing', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a') });
    tree.ref('a').cast.crash();
    await tree.clock.advance(0);
    expect([tree.attempts('a'), tree.clock.now()]).toEqual([2, 0]);
    expect(await tree.ref('a').call.ping()).toBe('pong');
  });

  test('a handler that throws ends its process, and its supervisor brings it back', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a') });
    await expect(tree.ref('a').call.crash()).rejects.toMatchObject({ cause: { message: 'boom' } });
    await tree.clock.advance(0);
    expect(tree.attempts('a')).toBe(2);
  });

  test('one_for_all does not revive a temporary sibling', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('t', { restart: 'temporary' })];
    await tree.runtime.startSupervisor({ strategy: 'one_for_all', children });
    await tree.crash('a');
    expect(tree.ref('t').isAlive).toBe(false);
  });
});

describe('stopping', () => {
  test('the caller of a handler that is cut off by a supervised stop hears at once, not at its time limit', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: tree.workers('a') });
    const running = tree.ref('a').call.hang();
    const queued = tree.ref('a').call.ping();
    const outcomes = Promise.allSettled([running, queued]);
    await tree.runtime.stop('root');
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { reason: ExitReason.shutdown } });
    }
    expect(tree.clock.now()).toBe(0);
  });

  test('no timer is left after a shutdown, neither of starts nor of calls nor of limits', async () => {
    const tree = newTree();
    const children = tree.workers('ab', { trapExit: true, cleanup: 5 });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await Promise.all([tree.ref('a').call.ping(), tree.ref('b').call.ping()]);
    const stopped = tree.runtime.shutdown({ timeoutMs: 30_000 });
    await tree.clock.advance(10);
    await stopped;
    expect(tree.clock.pendingTimers).toBe(0);
  });

  test('last words that fail after the kill are counted, not thrown at the program', async () => {
    let fail = (): void => {};
    class Late extends GenServer {
      override init(): void {
        this.self.trapExit(true);
      }
      override terminate(): Promise<void> {
        return new Promise((_, reject) => (fail = () => reject(new Error('too late'))));
      }
    }
    const tree = newTree();
    const children = [child(Late, { shutdownMs: 10 })];
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    const terminated = root.terminateChild(Late);
    await tree.clock.advance(10);
    await terminated;
    fail();
    await tree.clock.advance(0);
    expect(tree.runtime.stats().dropped.late_failure).toBe(1);
  });

  test('a process gives back its name whatever directory that is in', async () => {
    const { runtime } = newTree();
    await runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'names' });
    for (const name of ['one', via('names', 'one')]) {
      await runtime.start(Idle, { name });
      await runtime.stop(name);
      expect(runtime.whereis(name)).toBeUndefined();
      await runtime.start(Idle, { name });
    }
  });
});

describe('cost', () => {
  test('20,000 idle children have no timer and no listener of their own', async () => {
    const { runtime, clock } = newTree();
    const listeners = runtime.listenerCount;
    const pool = await runtime.startDynamicSupervisor();
    await Promise.all(Array.from({ length: MANY }, () => pool.startChild(child(Idle))));
    expect([clock.pendingTimers, runtime.listenerCount - listeners]).toEqual([0, 0]);
    expect(await pool.countChildren()).toMatchObject({ active: MANY });
  });

  test.each([
    ['dynamic', dynamicSupervisor({ name: 'pool', maxRestarts: SIBLINGS })],
    ['static', supervisor({ name: 'pool', strategy: 'one_for_one', children: [], maxRestarts: SIBLINGS })],
  ])(
    'restarting and stopping children of a %s supervisor does not scan their siblings (SUP-108)',
    async (kind, spec) => {
      const { runtime, clock } = newTree();
      await runtime.startSupervisor({ strategy: 'one_for_one', children: [{ ...spec, restart: 'temporary' }] });
      const [fixed, dynamic] = [runtime.supervisor('pool'), runtime.dynamicSupervisor('pool')];
      const names = Array.from({ length: SIBLINGS }, (_, index) => `${index}`);
      const start = (name: string): Promise<unknown> =>
        kind === 'dynamic' ? dynamic.startChild(child(Idle, { name })) : fixed.startChild(child(Idle, { name }));
      await Promise.all(names.map(start));
      const steps = await stepsOf(async () => {
        for (const name of names) runtime.kill(name);
        await clock.advance(0);
        await runtime.stop('pool');
      });
      expect([runtime.stats().processes, runtime.tree().length]).toEqual([1, 1]);
      expect(steps).toBeLessThan(A_FEW * SIBLINGS);
    },
  );

  test('stopping children by name that wait for their restart does not scan the others (SUP-108, DYN-017)', async () => {
    const { runtime, clock } = newTree();
    const options = { maxRestarts: SIBLINGS, backoff: { initialMs: 1_000_000, maxMs: 1_000_000 } };
    const pool = await runtime.startDynamicSupervisor(options);
    const names = Array.from({ length: SIBLINGS }, (_, index) => `${index}`);
    const start = (name: string) => pool.startChild(child(Idle, { name }));
    await Promise.all(names.map(start));
    for (const name of names) runtime.kill(name);
    await clock.advance(0);
    const steps = await stepsOf(() => Promise.all(names.map((name) => pool.terminateChild(runtime.ref(Idle, name)))));
    expect([await pool.countChildren(), clock.pendingTimers]).toMatchObject([{ specs: 0 }, 0]);
    expect(steps).toBeLessThan(A_FEW * SIBLINGS);
  });
});

/** How many entries of maps and sets are looked at in loops meanwhile: counted instead of timed. */
async function stepsOf(act: () => Promise<unknown>): Promise<number> {
  let steps = 0;
  const restores = [new Map().values(), new Set().values()].map((loop) => {
    const prototype = Object.getPrototypeOf(loop) as { next: (this: unknown) => unknown };
    const { next } = prototype;
    prototype.next = function counted() {
      steps++;
      return next.call(this);
    };
    return () => (prototype.next = next);
  });
  await act();
  for (const restore of restores) restore();
  return steps;
}
