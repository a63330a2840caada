import { describe, expect, test } from '@jest/globals';
import {
  Application,
  ApplicationAlreadyStartedError,
  type ApplicationOptions,
  ApplicationStartError,
  type ApplicationStart,
  type Runtime,
} from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';
import { Part, report, Story, useExitCode } from './support.js';

const newRuntime = useRuntimes();
useExitCode();

describe('a start', () => {
  test('calls the callback, starts the tree in order, and resolves when all of it is up (APP-001)', async () => {
    const { runtime, events } = newRuntime();
    const story = new Story();
    const app = await Application.start({ ...story.application('shop', story.tree('a', 'b')), runtime });
    expect(story.take()).toEqual(['boot shop', 'start a', 'start b']);
    expect([app.name, app.runtime, app.root.isAlive, runtime.tree()[0]?.name]).toEqual(['shop', runtime, true, 'shop']);
    expect(events.at(-1)).toEqual({ kind: 'application_started', application: 'shop' });
    await app.stop();
  });

  test('gives the callback the runtime, and takes the tree from the options where there is no callback (APP-001)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const app = await Application.start({ name: 'shop', runtime, root: { ...story.tree('a'), name: 'top' } });
    expect([story.take(), runtime.tree()[0]?.name]).toEqual([['start a'], 'top']);
    await app.stop();
    const given: Runtime[] = [];
    const start = (where: Runtime): ApplicationStart<undefined> => {
      given.push(where);
      return {};
    };
    await (await Application.start({ name: 'shop', runtime, start })).stop();
    expect(given).toEqual([runtime]);
  });

  test('of one that runs, or is just starting, is refused; the name is free again after the stop (APP-002)', async () => {
    const { runtime } = newRuntime();
    const first = Application.start({ name: 'shop', runtime });
    await expect(Application.start({ name: 'shop', runtime })).rejects.toThrow(ApplicationAlreadyStartedError);
    const app = await first;
    await expect(Application.start({ name: 'shop', runtime })).rejects.toMatchObject({
      code: 'ERR_GENSERVER_APPLICATION_ALREADY_STARTED',
      application: 'shop',
    });
    await app.stop();
    await (await Application.start({ name: 'shop', runtime })).stop();
  });

  test.each([
    ['throws', 'start', (): unknown => Promise.reject(new Error('no database'))],
    ['returns what is no tree', 'bad_return', (): unknown => 'junk'],
  ] as const)('whose callback %s rejects with the cause, and leaves nothing (APP-003)', async (_, stage, start) => {
    const { runtime } = newRuntime();
    const options = { name: 'shop', runtime, start: start as () => ApplicationStart<undefined> };
    const error = await Application.start(options).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_APPLICATION_START_FAILED', application: 'shop', stage });
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(Application.running(runtime)).toEqual([]);
  });

  test('whose child fails stops those before it in reverse, tells which, and frees what the callback made (APP-004)', async () => {
    const { runtime } = newRuntime();
    const story = new Story();
    const root = story.tree('a', 'b', story.part('c', { failure: new Error('no port') }), 'd');
    const error = await Application.start({ ...story.application('shop', root), runtime }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApplicationStartError);
    expect(error).toMatchObject({
      stage: 'root',
      reason: { kind: 'shutdown', detail: { kind: 'failed_to_start_child', id: 'c' } },
      cause: new Error('no port'),
      message:
        'The application shop did not start, its tree failed: shutdown (child c failed to start: Error: no port).',
    });
    expect(story.take()).toEqual([
      'boot shop',
      'start a',
      'start b',
      'end (shutdown) b',
      'end (shutdown) a',
      'stop shop up',
    ]);
    expect(process.exitCode).toBeUndefined();
  });

  test('of one without a tree starts a root without children (APP-007)', async () => {
    const { runtime } = newRuntime();
    const app = await Application.start({ name: 'none', runtime });
    expect(await app.root.countChildren()).toMatchObject({ specs: 0 });
    expect(await app.stop()).toEqual(report('none'));
  });

  test('whose root has a name that is taken fails, and does not touch who holds it', async () => {
    const { runtime } = newRuntime();
    const holder = await runtime.start(Part, { name: 'shop', args: [[], {}] });
    await expect(Application.start({ name: 'shop', runtime })).rejects.toMatchObject({ stage: 'root' });
    expect(holder.isAlive).toBe(true);
  });

  test.each([
    ['name', { name: '' }],
    ['type', { type: 'forever' }],
    ['signals', { signals: ['SIGKILL'] }],
    ['signals', { signals: 'SIGTERM' }],
    ['dependsOn', { dependsOn: [''] }],
    ['stopTimeoutMs', { stopTimeoutMs: -1 }],
    ['start', { start: {} }],
    ['prepStop', { prepStop: true }],
    ['root', { root: { strategy: 'one_for_one', children: [] }, start: () => ({}) }],
    ['runtime', { runtime: 'default' }],
  ])('with a bad option %s is refused at the door', async (option, options) => {
    const bad = { name: 'shop', ...options } as ApplicationOptions;
    await expect(Application.start(bad)).rejects.toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option });
  });
});
