import { describe, expect, test } from '@jest/globals';
import { Application, type ApplicationStart, ApplicationStoppedError } from '../../src/index.js';
import { settle } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';
import { never, report, Story, useExitCode } from './support.js';

const newRuntime = useRuntimes();
useExitCode();

describe('the deadline of a stop', () => {
  test('has a limit for the whole: what still runs then is killed and named (APP-019)', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const root = story.tree('a', story.part('b', { ending: never, shutdownMs: 'infinity' }), 'c');
    const app = await Application.start({ ...story.application('shop', root), runtime, stopTimeoutMs: 3_000 });
    story.take();
    const stopping = app.stop();
    await clock.advance(2_999);
    expect(story.take()).toEqual(['prepStop shop up', 'end (shutdown) c', 'end (shutdown) b']);
    await clock.advance(1);
    expect(await stopping).toEqual(report('shop', { killed: ['b', 'a', 'shop'] }));
    expect(story.take()).toEqual(['stop shop prepared']);
  });

  test('has 25 s unless it is told otherwise, and each child its own time within them (APP-019)', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const slow = story.part('slow', { ending: never });
    const hung = story.part('hung', { ending: never, shutdownMs: 'infinity' });
    const app = await Application.start({ name: 'shop', runtime, root: story.tree(hung, slow) });
    const stopping = app.stop();
    await clock.advance(5_000);
    expect([runtime.whereis('slow'), runtime.whereis('hung')]).toEqual([undefined, expect.any(Number)]);
    await clock.advance(20_000);
    expect(await stopping).toEqual(report('shop', { killed: ['hung', 'shop'] }));
  });

  test('that is asked for again may bring the deadline forward, not put it off', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const hung = story.part('hung', { ending: never, shutdownMs: 'infinity' });
    const app = await Application.start({ name: 'shop', runtime, root: story.tree(hung) });
    void app.stop({ timeoutMs: Infinity });
    void app.stop({ timeoutMs: 100 });
    void app.stop({ timeoutMs: 1_000 });
    await clock.advance(100);
    expect((await app.stopped).killed).toEqual(['hung', 'shop']);
  });

  test.each(['prepStop', 'stop'] as const)(
    'does not wait for a %s that hangs past the deadline (APP-019)',
    async (callback) => {
      const { runtime, clock } = newRuntime();
      const story = new Story();
      const options = { name: 'shop', runtime, root: story.tree('a'), [callback]: () => never };
      const app = await Application.start(options);
      const stopping = app.stop({ timeoutMs: 10 });
      await clock.advance(10);
      expect(await stopping).toEqual(report('shop', { killed: callback === 'stop' ? [] : ['a', 'shop'] }));
    },
  );
});

describe('a stop during the start', () => {
  test('waits until the tree is up, stops all of it, and the start rejects (APP-020)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    let ready: (value?: unknown) => void = () => {};
    const starting = new Promise((resolve) => (ready = resolve));
    const root = story.tree('a', story.part('b', { starting }), 'c');
    const start = Application.start({ ...story.application('shop', root), runtime }).catch((error: unknown) => error);
    await settle(runtime);
    const stopping = Application.stopAll(runtime);
    await settle(runtime);
    expect(story.take()).toEqual(['boot shop', 'start a']);
    ready();
    expect(await stopping).toEqual([report('shop')]);
    expect(story.take()).toEqual([
      'start b',
      'start c',
      'prepStop shop up',
      'end (shutdown) c',
      'end (shutdown) b',
      'end (shutdown) a',
      'stop shop prepared',
    ]);
    const error = await start;
    expect(error).toBeInstanceOf(ApplicationStoppedError);
    expect(error).toMatchObject({ report: report('shop'), code: 'ERR_GENSERVER_APPLICATION_STOPPED' });
  });

  test('in the start callback does not begin the tree (APP-020)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const start = async (): Promise<ApplicationStart<string>> => {
      await settle(runtime);
      return { root: story.tree('a'), state: 'made' };
    };
    const starting = Application.start({ name: 'shop', runtime, start, stop: (state) => story.note(`stop ${state}`) });
    const stopping = Application.stopAll(runtime);
    await expect(starting).rejects.toThrow('was stopped while it was starting (asked to)');
    expect([await stopping, story.take()]).toEqual([[report('shop')], ['stop made']]);
  });

  test('kills what is still starting at the deadline: never half a tree (APP-020)', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const root = story.tree('a', story.part('b', { starting: never }));
    const starting = Application.start({ name: 'shop', runtime, root }).catch((error: unknown) => error);
    await clock.advance(0);
    const stopping = Application.stopAll(runtime, { timeoutMs: 10 });
    await clock.advance(10);
    expect(await stopping).toEqual([report('shop', { killed: ['b', 'a', 'shop'] })]);
    expect(await starting).toBeInstanceOf(ApplicationStoppedError);
  });

  test('does not wait past the deadline for a start callback that hangs (APP-020)', async () => {
    const { runtime, clock } = newRuntime();
    const starting = Application.start({ name: 'shop', runtime, start: () => never }).catch((error: unknown) => error);
    const stopping = Application.stopAll(runtime, { timeoutMs: 10 });
    await clock.advance(10);
    expect(await stopping).toEqual([report('shop')]);
    expect(await starting).toBeInstanceOf(ApplicationStoppedError);
  });

  test('takes back what a start callback makes past the deadline (APP-020)', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    let connect: (made: ApplicationStart<string>) => void = () => {};
    const start = (): Promise<ApplicationStart<string>> => new Promise((resolve) => (connect = resolve));
    const stop = (state: string): void => story.note(`stop ${state}`);
    const starting = Application.start({ name: 'shop', runtime, start, stop }).catch((error: unknown) => error);
    const stopping = Application.stopAll(runtime, { timeoutMs: 10 });
    await clock.advance(10);
    await Promise.all([starting, stopping]);
    connect({ root: story.tree('a'), state: 'connection' });
    await settle(runtime);
    expect(story.take()).toEqual(['stop connection']);
  });
});
