import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  child,
  Exit,
  ExitReason,
  formatTree,
  GenServer,
  ignore,
  type Ignored,
  NoProcessError,
  refuse,
  type ServerRef,
  StartError,
  StartTimeoutError,
  stop,
  supervisor,
  type SupervisorRef,
} from '../../src/index.js';
import { gate, type LastWords, Probe, raise, rejection } from './probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');
const failed = ExitReason.error(boom);

/** A server whose init is what the test says. */
class Init extends GenServer<unknown> {
  override init(work: () => unknown): unknown {
    return work();
  }
}

/** What a handler of the probe gives: the call's type cannot follow a generic method. */
function within<T>(probe: ServerRef<Probe>, work: (probe: Probe) => Promise<T>): Promise<T> {
  return probe.call.run(work) as Promise<T>;
}

interface Family extends TestRuntime {
  readonly parent: ServerRef<Probe>;
  readonly started: ServerRef<Probe>;
  readonly words: LastWords;
}

/** A process, and one that it has started linked. */
async function family({ trapExit = false, childTraps = false } = {}): Promise<Family> {
  const made = newRuntime();
  const words: LastWords = { reasons: [] };
  const parent = await made.runtime.start(Probe, { args: [{ trapExit }], name: 'parent' });
  const options = { args: [{ trapExit: childTraps, lastWords: words }], name: 'started' } as const;
  const started = await within(parent, ({ self }) => self.startLink(Probe, options));
  return { ...made, parent, started, words };
}

describe('startLink', () => {
  test('of one that stops itself in its init, and has last words: who traps exits hears of its end', async () => {
    const { runtime, clock } = newRuntime();
    const parent = await runtime.start(Probe, { args: [{ trapExit: true }] });
    class Brief extends GenServer {
      override init(): void {
        this.self.stop(failed);
      }
      override terminate(): Promise<void> {
        return Promise.resolve();
      }
    }
    await within(parent, ({ self }) => self.startLink(Brief));
    await clock.advance(0);
    expect(await parent.call.received()).toMatchObject([{ reason: failed }]);
  });

  test('links: the end of the new one reaches who started it (GS-002)', async () => {
    const { runtime, parent, started } = await family();
    const exited = runtime.exited(parent);
    await runtime.stop(started, failed);
    expect(await exited).toEqual(failed);
  });

  test('tells who traps exits with an Exit (GS-059)', async () => {
    const { runtime, parent, started } = await family({ trapExit: true });
    const { pid } = started;
    await runtime.stop(started, failed);
    expect(await parent.call.received()).toEqual([new Exit(pid, failed)]);
  });

  test.each([ExitReason.normal, failed])(
    'the end of the parent with %j ends a server that traps exits (GS-057)',
    async (reason) => {
      const { runtime, parent, started, words } = await family({ childTraps: true });
      const exited = runtime.exited(started);
      await runtime.stop(parent, reason);
      expect([await exited, words.reasons]).toEqual([reason, [reason]]);
    },
  );

  test('an exit signal of the parent is its end, too, and never comes to handleInfo (GS-057)', async () => {
    const { runtime, parent, started, words } = await family({ childTraps: true });
    await parent.call.run(() => runtime.exit(started, failed));
    expect([await runtime.exited(started), words.reasons]).toEqual([ExitReason.noproc, [failed]]);
  });

  test.each([
    [ExitReason.normal, true],
    [ExitReason.shutdown, false],
    [failed, false],
  ])(
    'the end of the parent with %j: who does not trap exits lives on is %p, without terminate (GS-058)',
    async (reason, lives) => {
      const { runtime, parent, started, words } = await family();
      await runtime.stop(parent, reason);
      expect([started.isAlive, words.reasons]).toEqual([lives, []]);
    },
  );

  test('without link there is no parent: its exit signal comes to handleInfo (GS-060)', async () => {
    const { runtime } = newRuntime();
    const starter = await runtime.start(Probe);
    const started = await within(starter, ({ self }) => self.start(Probe, { args: [{ trapExit: true }] }));
    const { pid } = starter;
    await starter.call.run(() => runtime.exit(started, failed));
    await runtime.stop(starter, failed);
    expect(await started.call.received()).toEqual([new Exit(pid, failed)]);
  });
});

const FAILURES: readonly [string, () => unknown][] = [
  ['stop', () => stop(failed)],
  ['a throw', () => raise(boom)],
  ['a refusal', () => refuse(boom)],
  ['too long an init', () => new Promise(() => {})],
];

describe('a failed startLink', () => {
  test.each(FAILURES)(
    'by %s gives the error to who traps exits, and leaves no Exit behind (GS-012, LINK-014)',
    async (_, work) => {
      const { runtime, clock } = newRuntime();
      const parent = await runtime.start(Probe, { args: [{ trapExit: true }] });
      const outcome = startInit(parent, work);
      await clock.advance(50);
      expect(await outcome).toBeInstanceOf(StartError);
      expect([await parent.call.received(), runtime.stats().processes]).toEqual([[], 1]);
    },
  );

  test('of one that says ignore gives undefined, and leaves no Exit behind (GS-006, GS-012)', async () => {
    const { runtime } = newRuntime();
    const parent = await runtime.start(Probe, { args: [{ trapExit: true }] });
    expect(await startInit(parent, ignore)).toBeUndefined();
    expect(await parent.call.received()).toEqual([]);
  });

  test.each(FAILURES.slice(0, 2))(
    'by %s ends who does not trap exits, with the same reason (GS-013, LINK-014)',
    async (_, work) => {
      const { runtime } = newRuntime();
      const parent = await runtime.start(Probe);
      const exited = runtime.exited(parent);
      const call = rejection(startInit(parent, work));
      expect(await exited).toEqual(failed);
      expect(await call).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED', cause: boom });
    },
  );

  test.each([
    ['stop(normal)', () => stop(ExitReason.normal), StartError],
    ['a refusal', () => refuse(boom), StartError],
    ['too long an init', () => new Promise(() => {}), StartTimeoutError],
  ])('by %s lets who does not trap exits live (GS-005, GS-011, GS-013)', async (_, work, error) => {
    const { runtime, clock } = newRuntime();
    const parent = await runtime.start(Probe);
    const outcome = startInit(parent, work);
    await clock.advance(50);
    expect(await outcome).toBeInstanceOf(error);
    expect(await parent.call.ping()).toBe('pong');
  });

  test('from outside any process is an error and nothing else (GS-013)', async () => {
    const { runtime } = newRuntime();
    await expect(runtime.start(Init, { args: [() => raise(boom)] })).rejects.toThrow('boom');
  });

  test('leaves the name free for the next one (GS-014)', async () => {
    const { runtime } = newRuntime();
    const parent = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const second = await within(parent, async ({ self }) => {
      await self.startLink(Init, { args: [() => raise(boom)], name: 'n' }).catch(() => undefined);
      return self.startLink(Probe, { name: 'n' });
    });
    expect(runtime.whereis('n')).toBe(second.pid);
  });
});

describe('start and startLink', () => {
  test('take a child specification: a supervisor is linked with who starts it, and goes with it', async () => {
    const { runtime, clock } = newRuntime();
    const parent = await runtime.start(Probe, { name: 'parent' });
    const spec = supervisor({ name: 'below', strategy: 'one_for_one', children: [child(Probe, { name: 'leaf' })] });
    const below = await within(parent, ({ self }) => self.startLink(spec));
    expectTypeOf(below).toEqualTypeOf<SupervisorRef>();
    expect(formatTree(runtime.tree())).toBe('└─ parent\n   └─ below (one_for_one)\n      └─ leaf');
    await runtime.stop(parent, ExitReason.shutdown);
    await clock.advance(0);
    expect(runtime.stats().processes).toBe(0);
  });

  test('refuse what is neither a server class nor a specification', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    for (const given of [null, {}, 'Probe', Map]) {
      const error = await probe.call.run(({ self }) => rejection(self.start(given as never)));
      expect(error).toMatchObject({ option: 'serverClass' });
    }
  });

  test('do nothing for a process that has ended', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const late = gate();
    const outcome = gate<unknown>();
    probe.cast.run(({ self }) => late.opened.then(() => outcome.open(rejection(self.startLink(Probe)))));
    await clock.advance(0);
    runtime.kill(probe);
    late.open();
    expect(await outcome.opened).toBeInstanceOf(NoProcessError);
  });

  test('a monitor on what was started completes start_monitor: the end cannot be missed (GS-003)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const ref = await probe.call.run(async ({ self }) => {
      const started = await self.start(Probe);
      runtime.kill(started);
      return self.monitor(started);
    });
    expect(await probe.call.received()).toMatchObject([{ ref, reason: ExitReason.noproc }]);
  });

  test('are typed as runtime.start is', async () => {
    class Counter extends GenServer<number> {
      override init(initial: number): number | Ignored {
        return initial < 0 ? ignore() : initial;
      }
      // Both forms, as users write them; only checked as types.
      children(): readonly Promise<unknown>[] {
        const linked = this.self.startLink(Counter, { args: [1] });
        expectTypeOf(linked).toEqualTypeOf<Promise<ServerRef<Counter> | undefined>>();
        expectTypeOf(this.self.start(Probe)).toEqualTypeOf<Promise<ServerRef<Probe>>>();
        // @ts-expect-error init takes a number
        return [linked, this.self.startLink(Counter)];
      }
    }
    expect(new Counter()).toBeInstanceOf(GenServer);
  });
});

/** What startLink gives inside the parent: its value, or the error it rejects with. */
function startInit(parent: ServerRef<Probe>, work: () => unknown): Promise<unknown> {
  return parent.call.run(({ self }) =>
    self.startLink(Init, { args: [work], startTimeoutMs: 50 }).catch((error: unknown) => error),
  );
}
