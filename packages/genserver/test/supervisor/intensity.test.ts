import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ExitReason, supervisor } from '../../src/index.js';
import { RestartIntensity } from '../../src/supervisor/restart-intensity.js';
import { useTrees } from './support.js';

const newTree = useTrees();

describe('giving up', () => {
  test.each([0, 1, 2, 3])(
    'with maxRestarts %i the crash after that many restarts is one too many (SUP-044)',
    async (maxRestarts) => {
      const tree = newTree();
      const options = { name: 'root', strategy: 'one_for_one', maxRestarts } as const;
      const root = await tree.runtime.startSupervisor({ ...options, children: tree.workers('abc') });
      for (let crash = 0; crash < maxRestarts; crash++) await tree.crash('b');
      expect(root.isAlive).toBe(true);
      await tree.take();
      await tree.crash('b');
      expect(await tree.take()).toEqual([
        'terminate b: Error: boom',
        'exit b: Error: boom',
        'exit c: shutdown',
        'exit a: shutdown',
        'exit root: shutdown',
      ]);
    },
  );

  test('its reason is plain shutdown, and it tells why as an event (SUP-045, SUP-046)', async () => {
    const tree = newTree();
    const children = tree.workers('a');
    const root = await tree.runtime.startSupervisor({
      name: 'root',
      strategy: 'one_for_one',
      children,
      maxRestarts: 0,
    });
    const exited = tree.runtime.exited(root);
    await tree.crash('a');
    expect(await exited).toEqual(ExitReason.shutdown);
    const gaveUp = tree.events.filter(({ kind }) => kind === 'supervisor_gave_up');
    expect(gaveUp).toMatchObject([{ supervisor: 'root', child: 'a', reason: { error: { message: 'boom' } } }]);
  });

  test.each([
    ['permanent', true],
    ['transient', false],
    ['temporary', false],
  ] as const)('a %s supervisor that gave up is restarted by its own: %p (SUP-045)', async (restart, isRestarted) => {
    const tree = newTree();
    const options = { name: 'sub', strategy: 'one_for_one', maxRestarts: 0 } as const;
    const sub = supervisor({ ...options, restart, children: tree.workers('a') });
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [sub] });
    await tree.take();
    await tree.crash('a');
    expect(await tree.takeStarts()).toBe(isRestarted ? 'a' : '');
  });

  test('all children share one count (SUP-047)', async () => {
    const tree = newTree();
    const children = tree.workers('abc');
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children, maxRestarts: 2 });
    await tree.crash('a');
    await tree.crash('b');
    expect(root.isAlive).toBe(true);
    await tree.crash('c');
    expect(root.isAlive).toBe(false);
  });

  test.each(['one_for_all', 'rest_for_one'] as const)('%s: a group restart counts once (SUP-048)', async (strategy) => {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({ strategy, children: tree.workers('abcde'), maxRestarts: 1 });
    await tree.crash('a');
    expect(root.isAlive).toBe(true);
  });

  test('starts by hand, clean ends of transient and all ends of temporary children do not count (SUP-049)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('t', { restart: 'transient' })];
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children, maxRestarts: 0 });
    for (let round = 0; round < 3; round++) {
      await root.startChild(tree.worker('x', { restart: 'temporary' }));
      await tree.crash('x');
      await tree.end('t', ExitReason.normal);
      await root.restartChild('t');
      await root.terminateChild('a');
      await root.restartChild('a');
    }
    expect(await root.countChildren()).toMatchObject({ specs: 2, active: 2 });
  });
});

describe('the window', () => {
  test.each([
    [1_000, false],
    [1_001, true],
  ])('a restart %i ms after the last one, with maxSeconds 1: allowed %p (SUP-050)', async (laterMs, isAllowed) => {
    const tree = newTree();
    const limit = { maxRestarts: 1, maxSeconds: 1 };
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a'), ...limit });
    await tree.crash('a');
    await tree.clock.advance(laterMs);
    await tree.crash('a');
    expect(root.isAlive).toBe(isAllowed);
  });

  test('old restarts are forgotten, however many there were (SUP-051)', async () => {
    const tree = newTree();
    const limit = { maxRestarts: 1, maxSeconds: 1 };
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a'), ...limit });
    for (let crash = 0; crash < 20; crash++) {
      await tree.crash('a');
      await tree.clock.advance(2_200);
    }
    expect(root.isAlive).toBe(true);
  });

  test('the date has no part in it: a runtime counts on its own clock (SUP-052)', async () => {
    const tree = newTree();
    const limit = { maxRestarts: 1, maxSeconds: 3600 };
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a'), ...limit });
    await tree.crash('a');
    await tree.clock.advance(3_600_001);
    await tree.crash('a');
    expect(root.isAlive).toBe(true);
  });

  test('agrees with a naive model that keeps and filters all restarts', () => {
    const steps = fc.array(fc.nat({ max: 3_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.integer({ min: 1, max: 5_000 }), steps, (maxRestarts, withinMs, gaps) => {
        const intensity = new RestartIntensity({ maxRestarts, withinMs });
        const all: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          all.push((now += gap));
          const isAllowed = all.filter((at) => at >= now - withinMs).length <= maxRestarts;
          expect(intensity.record(now)).toBe(isAllowed);
          if (!isAllowed) return; // the supervisor ends here
        }
      }),
    );
  });
});
