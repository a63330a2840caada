import { describe, expect, test } from '@jest/globals';
import { Application, ApplicationNotStartedError, type ApplicationOptions, type Runtime } from '../../src/index.js';
import { settle } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';
import { never, Part, Story, useExitCode } from './support.js';

const newRuntime = useRuntimes();
useExitCode();

/** a, b, c, … as applications with one part each, `b` as part `bb`. */
function applications(story: Story, names: string, dependsOn: Record<string, readonly string[]> = {}) {
  return Array.from(names, (name) => ({
    name,
    root: story.tree(name + name),
    dependsOn: dependsOn[name] ?? [],
    stop: () => story.note(`stop ${name}`),
  }));
}

const names = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join('');

describe('an application that depends on others', () => {
  test('is refused while they do not run, and nothing of it is started (APP-005)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const [a, b] = applications(story, 'ab', { b: ['a'] }) as readonly ApplicationOptions[] as [
      ApplicationOptions,
      ApplicationOptions,
    ];
    const error = await Application.start({ ...b, runtime }).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ApplicationNotStartedError);
    expect(error).toMatchObject({
      code: 'ERR_GENSERVER_APPLICATION_NOT_STARTED',
      application: 'b',
      dependency: 'a',
    });
    const starting = Application.start({ ...a, runtime });
    await expect(Application.start({ ...b, runtime })).rejects.toThrow(ApplicationNotStartedError); // a is not up yet
    await starting;
    await Application.start({ ...b, runtime });
    await Application.stopAll(runtime);
  });

  test('starts after them with startAll, which tells what it started (APP-005)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const list = applications(story, 'abcd', { a: ['c'], c: ['d'] });
    const [d] = list.slice(-1) as readonly ApplicationOptions[] as [ApplicationOptions];
    await Application.start({ ...d, runtime });
    expect(names(await Application.startAll(list, { runtime }))).toBe('cab');
    expect(names(Application.running(runtime))).toBe('dcab');
    expect(names(await Application.startAll(list, { runtime }))).toBe(''); // ensure_all_started twice (APP-002)
    expect(story.take()).toEqual(['start dd', 'start cc', 'start aa', 'start bb']);
    await Application.stopAll(runtime);
  });

  test('may depend on one that is not in the list and runs, not on one that does not (APP-005)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const list = applications(story, 'ab', { b: ['x'] });
    await expect(Application.startAll(list, { runtime })).rejects.toThrow('depends on x');
    await Application.start({ name: 'x', runtime });
    expect(names(await Application.startAll(list, { runtime }))).toBe('ab');
    await Application.stopAll(runtime);
  });

  test.each([
    ['in a circle', 'abc', { a: ['b'], b: ['c'], c: ['a'] }, 'a → b → c → a'],
    ['on itself', 'a', { a: ['a'] }, 'a → a'],
  ])('%s is refused before anything starts', async (_, list, dependsOn: Record<string, readonly string[]>, circle) => {
    const { runtime } = newRuntime();
    const story = new Story();
    await expect(Application.startAll(applications(story, list, dependsOn), { runtime })).rejects.toThrow(circle);
    expect(story.take()).toEqual([]);
  });

  test('is not listed twice', async () => {
    const list = applications(new Story(), 'aa');
    await expect(Application.startAll(list)).rejects.toMatchObject({ option: 'applications' });
  });
});

describe('when one of several does not start', () => {
  test('those that this call started are stopped in reverse, others run on (APP-006)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const [x, ...list] = applications(story, 'xabc') as readonly ApplicationOptions[] as [
      ApplicationOptions,
      ...ApplicationOptions[],
    ];
    await Application.start({ ...x, runtime });
    const broken = { name: 'broken', root: story.tree(story.part('f', { failure: new Error('no port') })) };
    story.take();
    await expect(Application.startAll([...list, broken], { runtime })).rejects.toMatchObject({
      application: 'broken',
      cause: new Error('no port'),
    });
    expect(story.take().filter((line) => line.startsWith('stop'))).toEqual(['stop c', 'stop b', 'stop a']);
    expect(names(Application.running(runtime))).toBe('x');
    await Application.stopAll(runtime);
  });
});

describe('several applications of a runtime', () => {
  async function startAbc(): Promise<{ story: Story; runtime: Runtime; apps: readonly Application[] }> {
    const { runtime } = newRuntime();
    const story = new Story();
    const apps = await Application.startAll(applications(story, 'abc'), { runtime });
    story.take();
    return { story, runtime, apps };
  }

  test('stop in the reverse order of their start, one after the other (APP-015)', async () => {
    const { story, runtime } = await startAbc();
    const reports = await Application.stopAll(runtime);
    expect(reports.map(({ application }) => application).join('')).toBe('cba');
    expect(story.take()).toEqual([
      'end (shutdown) cc',
      'stop c',
      'end (shutdown) bb',
      'stop b',
      'end (shutdown) aa',
      'stop a',
    ]);
    expect(await Application.stopAll(runtime)).toEqual([]);
  });

  test('stop on SIGTERM as on SIGINT, in that order, with exit code 0 (APP-017, APP-018)', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { story, apps } = await startAbc();
      expect(process.listenerCount(signal)).toBe(1); // one for all
      process.emit(signal);
      process.emit(signal); // an echo: it changes nothing
      const reports = await Promise.all(apps.map(({ stopped }) => stopped));
      expect(reports.map(({ cause }) => cause)).toEqual(apps.map(() => ({ kind: 'signal', signal })));
      expect(
        story
          .take()
          .filter((line) => line.startsWith('stop'))
          .join(),
      ).toBe('stop c,stop b,stop a');
      expect([process.exitCode, process.listenerCount(signal)]).toEqual([undefined, 0]);
    }
  });

  test('stop with the exit code that is asked for (APP-016)', async () => {
    const { runtime } = await startAbc();
    const stopping = Application.stopAll(runtime, { exitCode: 3 });
    expect(process.exitCode).toBe(3);
    await stopping;
    await expect(Application.stopAll(runtime, { exitCode: -1 })).rejects.toMatchObject({ option: 'exitCode' });
  });

  test('stop one by one without the others, a permanent one too (APP-014)', async () => {
    const { runtime, apps } = await startAbc();
    await apps[1]?.stop();
    await settle(runtime);
    expect([names(Application.running(runtime)), process.exitCode]).toEqual(['ac', undefined]);
    await Application.stopAll(runtime);
  });

  test('are listed while they are up (APP-025)', async () => {
    const { runtime, apps } = await startAbc();
    expect(Application.running(runtime)).toEqual(apps);
    const stopping = apps[0]?.stop();
    expect(names(Application.running(runtime))).toBe('bc');
    await stopping;
    await Application.stopAll(runtime);
    expect([Application.running(runtime), Application.running(newRuntime().runtime)]).toEqual([[], []]);
  });

  test('have the rest of the runtime killed with the last of them, if it was made for them (APP-021)', async () => {
    const story = new Story();
    const [a, b] = (await Application.startAll(applications(story, 'ab'))) as [Application, Application];
    expect(a.runtime).toBe(b.runtime);
    await a.runtime.start(Part, { name: 'stray', args: [[], {}] });
    expect((await b.stop()).leftOver).toEqual([]);
    expect((await a.stop()).leftOver).toEqual(['stray']);
    expect(a.runtime.stats().processes).toBe(0);
  });
});

describe('signals', () => {
  test('are heard by those applications only that ask for them, and stop them all', async () => {
    const { runtime } = newRuntime();
    await Application.start({ name: 'deaf', runtime, signals: [] });
    expect(process.listenerCount('SIGTERM')).toBe(0);
    const app = await Application.start({ name: 'hears', runtime, signals: ['SIGHUP'] });
    const other = await Application.start({ name: 'hears too', runtime, signals: ['SIGHUP', 'SIGTERM'] });
    await other.stop();
    expect([process.listenerCount('SIGHUP'), process.listenerCount('SIGTERM')]).toEqual([1, 0]);
    process.emit('SIGHUP');
    expect((await app.stopped).cause).toEqual({ kind: 'signal', signal: 'SIGHUP' });
    await settle(runtime);
    expect([Application.running(runtime), process.listenerCount('SIGHUP')]).toEqual([[], 0]);
  });

  test('during a stop that was asked for join it', async () => {
    const { runtime, clock } = newRuntime();
    const story = new Story();
    const root = story.tree(story.part('hung', { ending: never, shutdownMs: 'infinity' }));
    const app = await Application.start({ name: 'shop', runtime, root, stopTimeoutMs: 50 });
    const stopping = app.stop({ timeoutMs: Infinity });
    process.emit('SIGTERM'); // brings the application's own deadline
    await clock.advance(50);
    expect(await stopping).toMatchObject({ cause: { kind: 'stop' }, killed: ['hung', 'shop'] });
  });

  test('during the start stop what is up of several, and the rest does not start (APP-020)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const [a, b] = applications(story, 'ab') as readonly ApplicationOptions[] as [
      ApplicationOptions,
      ApplicationOptions,
    ];
    const slow = { ...a, name: 'slow', start: () => settle(runtime).then(() => ({})), root: undefined, stop: () => {} };
    const starting = Application.startAll([a, slow as never, b], { runtime });
    await settle(runtime);
    process.emit('SIGTERM');
    await expect(starting).rejects.toMatchObject({ code: 'ERR_GENSERVER_APPLICATION_STOPPED', application: 'slow' });
    expect(story.take()).toEqual(['start aa', 'end (shutdown) aa', 'stop a']);
    await expect(Application.start({ ...b, runtime })).rejects.toThrow('the applications of its runtime are stopping');
  });
});
