import { describe, expect, test } from '@jest/globals';
import { Application, CallCycleError, Task, child } from '../../src/index.js';
import { LeakDetector, ManualClock } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';
import { never, Part, report, Story, useExitCode } from './support.js';

const newRuntime = useRuntimes();
useExitCode();

describe('a stop', () => {
  test('runs prepStop while the tree is up, then stops the children in reverse, then runs stop (APP-008, APP-009)', async () => {
    const { runtime, events } = newRuntime();
    const story = new Story();
    const app = await Application.start({ ...story.application('shop', story.tree('a', 'b')), runtime });
    story.take();
    expect(await app.stop()).toEqual(report('shop'));
    expect(story.take()).toEqual(['prepStop shop up', 'end (shutdown) b', 'end (shutdown) a', 'stop shop prepared']);
    expect(events.at(-1)).toEqual({
      kind: 'application_stopped',
      application: 'shop',
      cause: 'asked to',
      killed: [],
      leftOver: [],
    });
    expect(await app.stopped).toEqual(report('shop'));
  });

  test('once more, when all is down, is told how that went, and leaves no timer (APP-011)', async () => {
    const { runtime, clock } = newRuntime();
    const app = await Application.start({ name: 'shop', runtime });
    await app.stop();
    expect(await app.stop({ timeoutMs: 10 })).toEqual(report('shop'));
    expect(clock.pendingTimers).toBe(0);
  });

  test('of one whose start callback has failed runs neither prepStop nor stop (APP-003)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const start = (): never => {
      throw new Error('no');
    };
    const options = { ...story.application('shop', story.tree('a')), runtime, start };
    await expect(Application.start(options)).rejects.toMatchObject({ stage: 'start' });
    expect(story.take()).toEqual([]);
  });

  test('without a state gives the callbacks undefined, and a prepStop that returns nothing changes no state (APP-009)', async () => {
    const { runtime } = newRuntime();
    const states: unknown[] = [];
    const note = (state: unknown): void => void states.push(state);
    await (await Application.start({ name: 'a', runtime, prepStop: note, stop: note })).stop();
    await (
      await Application.start({ name: 'b', runtime, start: () => ({ state: 1 }), prepStop: note, stop: note })
    ).stop();
    expect(states).toEqual([undefined, undefined, 1, 1]);
  });

  test('goes on when prepStop and stop throw; both are told, and prepStop has changed no state (APP-010)', async () => {
    const { runtime, events } = newRuntime();
    const states: string[] = [];
    const [first, second] = [new Error('one'), new Error('two')];
    const app = await Application.start({
      name: 'shop',
      runtime,
      start: () => ({ state: 'old' }),
      prepStop: () => Promise.reject(first),
      stop: (state) => {
        states.push(state);
        throw second;
      },
    });
    expect(await app.stop()).toEqual(report('shop', { errors: [first, second] }));
    expect([states, app.root.isAlive]).toEqual([['old'], false]);
    const failed = { kind: 'application_callback_failed', application: 'shop' };
    expect(events.filter(({ kind }) => kind === 'application_callback_failed')).toEqual([
      { ...failed, callback: 'prepStop', error: first },
      { ...failed, callback: 'stop', error: second },
    ]);
  });

  test('that is asked for twice is one stop, and one after it gives the same report (APP-011)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const app = await Application.start({ ...story.application('shop', story.tree('a')), runtime });
    story.take();
    const [first, second] = await Promise.all([app.stop(), app.stop()]);
    expect([second, await app.stop()]).toEqual([first, first]);
    expect(story.take()).toEqual(['prepStop shop up', 'end (shutdown) a', 'stop shop prepared']);
  });

  test('leaves no signal handler, no timer and nothing that keeps Node alive (APP-022)', async () => {
    const { runtime, clock } = newRuntime();
    const app = await Application.start({ name: 'shop', runtime });
    expect([clock.pendingTimers, process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')]).toEqual([1, 1, 1]);
    await clock.advance(2 ** 33); // it is set again and again
    expect(clock.pendingTimers).toBe(1);
    await app.stop();
    expect([clock.pendingTimers, process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')]).toEqual([0, 0, 0]);
  });

  test('may be asked for by one of its own processes, which must not wait for it: it would be waited for', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const app = await Application.start({ name: 'shop', runtime, root: story.tree('a', 'b') });
    runtime.ref(Part, 'a').cast.run(() => void app.stop());
    expect(await app.stopped).toEqual(report('shop'));
    const again = await Application.start({ name: 'shop', runtime, root: story.tree('a', 'b') });
    story.take();
    runtime.ref(Part, 'a').cast.run(() => again.stop());
    await clock.advance(4_999);
    expect(story.take()).toEqual(['end (shutdown) b']);
    await clock.advance(1); // its shutdownMs
    expect(await again.stopped).toEqual(report('shop'));
  });

  test('that an init of its tree awaits would never end: it is refused, and nothing stops', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const app = await Application.start({ name: 'shop', runtime, root: story.tree('a') });
    class Late extends Part {
      override async init(): Promise<void> {
        await app.stop();
      }
    }
    await expect(app.root.startChild(child(Late, { args: [] }))).rejects.toMatchObject({
      cause: expect.any(CallCycleError) as unknown,
    });
    expect(runtime.whereis('a')).toBeDefined();
    await app.stop();
  });

  test.each([
    ['traps exits', true, ['end (shutdown) a']],
    ['does not', false, []],
  ])('runs the terminate of a server that %s (APP-031)', async (_, trapExit, lines) => {
    const { runtime } = newRuntime();
    const story = new Story();
    const app = await Application.start({ name: 'shop', runtime, root: story.tree(story.part('a', { trapExit })) });
    story.take();
    await app.stop();
    expect(story.take()).toEqual(lines);
  });

  test('kills what its processes had started and nobody supervised, when the tree is down, and names it (APP-021)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const app = await Application.start({ ...story.application('shop', story.tree('a')), runtime });
    const start = (name: string) => (part: Part) => part.self.start(Part, { name, args: [story.lines, {}] });
    await runtime.ref(Part, 'a').call.run(start('stray'));
    await runtime.ref(Part, 'stray').call.run(start('heir'));
    await runtime.stop('stray'); // who started it is gone: it is the application's all the same
    await runtime.ref(Part, 'a').call.run((part) => void Task.start(part.self, () => never));
    story.take();
    expect((await app.stop()).leftOver).toEqual([expect.stringMatching(/</), 'heir']);
    expect(story.take()).toEqual(['prepStop shop up', 'end (shutdown) a', 'stop shop prepared']);
  });

  test('of one that a process had started stops all of that one, and not the process (APP-021)', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const root = story.tree(story.part('hung', { ending: never, shutdownMs: 'infinity' }));
    const starter = await runtime.start(Part, { name: 'starter', args: [[], {}] });
    const app = (await starter.call.run(() => Application.start({ name: 'shop', runtime, root }))) as Application;
    void app.stop({ timeoutMs: 1 });
    await clock.advance(1);
    expect(await app.stopped).toEqual(report('shop', { killed: ['hung', 'shop'] }));
    expect(starter.isAlive).toBe(true);
  });

  test('kills what is left in a runtime that was made for it, and names it (APP-021)', async () => {
    const clock = new ManualClock();
    const leaks = new LeakDetector();
    const story = new Story();
    const app = await Application.start({ name: 'shop', runtime: { clock }, root: story.tree('a') });
    await app.runtime.start(Part, { name: 'stray', args: [story.lines, {}] });
    story.take();
    expect(await app.stop()).toEqual(report('shop', { leftOver: ['stray'] }));
    expect(story.take()).toEqual(['end (shutdown) a']);
    await leaks.assertNone({ runtime: app.runtime, clock });
  });

  test('leaves alone what somebody else started in a runtime that was given (APP-014, APP-021)', async () => {
    const { runtime } = newRuntime();
    const other = await runtime.start(Part, { name: 'other', args: [[], {}] });
    const app = await Application.start({ name: 'shop', runtime });
    expect(await app.stop()).toEqual(report('shop'));
    expect(other.isAlive).toBe(true);
  });
});
