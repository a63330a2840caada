import { describe, expect, test } from '@jest/globals';
import { Application, ApplicationStoppedError, ExitReason } from '../../src/index.js';
import { settle } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';
import { Part, report, Story, useExitCode } from './support.js';

const newRuntime = useRuntimes();
useExitCode();

describe('a tree that ends by itself', () => {
  async function runUntilEnd(type: 'permanent' | 'transient' | 'temporary', reason: ExitReason) {
    const { runtime } = newRuntime();
    const story = new Story();
    const other = await Application.start({ name: 'other', runtime, type: 'temporary', root: story.tree('o') });
    const app = await Application.start({ ...story.application('shop', story.tree('a')), runtime, type });
    story.take();
    if (reason.kind === 'error')
      runtime.ref(Part, 'a').cast.run(() => { throw reason.error; }); // prettier-ignore
    else await runtime.stop(app.root, reason);
    const { cause } = await app.stopped;
    await settle(runtime);
    const isOtherUp = other.root.isAlive;
    await other.stop();
    return { cause, isOtherUp, exitCode: process.exitCode, lines: story.take() };
  }

  const boom = ExitReason.error(new Error('boom'));

  test.each([
    ['permanent', 'gives up', boom, true],
    ['permanent', 'ends with normal', ExitReason.normal, true],
    ['transient', 'gives up', boom, true],
    ['transient', 'ends with shutdown', ExitReason.shutdown, true],
    ['transient', 'ends with normal', ExitReason.normal, false],
    ['temporary', 'gives up', boom, false],
  ] as const)('a %s application whose tree %s (APP-012, APP-013)', async (type, _, reason, isFatal) => {
    const { cause, isOtherUp, exitCode, lines } = await runUntilEnd(type, reason);
    const why = reason.kind === 'error' ? ExitReason.shutdown : reason; // what a supervisor gives up with
    expect(cause).toEqual({ kind: 'root_ended', reason: why });
    expect([isOtherUp, exitCode]).toEqual(isFatal ? [false, 1] : [true, undefined]);
    expect(lines.slice(1, 3)).toEqual(['prepStop shop up', 'stop shop prepared']); // after the end of the tree
  });

  test('takes the others down, the last started first, and leaves an exit code that is set already (APP-013)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const apps = await Application.startAll(
      ['a', 'b', 'c'].map((name) => ({ ...story.application(name, story.tree()) })),
      { runtime },
    );
    process.exitCode = 7;
    story.take();
    runtime.kill('b');
    const reports = await Promise.all(apps.map(({ stopped }) => stopped));
    expect(reports.map(({ cause }) => cause.kind)).toEqual(['application_ended', 'root_ended', 'application_ended']);
    expect(story.take().filter((line) => line.startsWith('stop'))).toEqual([
      'stop b prepared',
      'stop c prepared',
      'stop a prepared',
    ]);
    expect(process.exitCode).toBe(7);
    await expect(Application.start({ name: 'd', runtime })).rejects.toThrow(ApplicationStoppedError);
  });

  test('because its runtime is shut down is no failure: its callbacks run, the exit code stays (APP-016)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const app = await Application.start({ ...story.application('shop', story.tree('a')), runtime });
    story.take();
    await runtime.shutdown();
    expect(await app.stopped).toEqual(report('shop'));
    expect(story.take()).toEqual(['end (shutdown) a', 'prepStop shop up', 'stop shop prepared']);
    expect(process.exitCode).toBeUndefined();
  });
});

test('an error in a process ends only that process, and no handler of last resort is installed (APP-023)', async () => {
  const { runtime } = newRuntime();
  const story = new Story();
  const before = ['uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name));
  const root = { ...story.tree('a', 'b'), maxRestarts: 3 };
  const app = await Application.start({ name: 'shop', runtime, root });
  runtime.ref(Part, 'a').cast.run(() => Promise.reject(new Error('boom')));
  await settle(runtime);
  expect(story.take()).toEqual(['start a', 'start b', 'end (Error: boom) a', 'start a']);
  expect(['uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name))).toEqual(before);
  await app.stop();
});
