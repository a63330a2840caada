import { describe, expect, test } from '@jest/globals';
import {
  AlreadyStartedError,
  exit,
  type ExitReason as Reason,
  ExitReason,
  GenServer,
  ignore,
  InvalidOptionError,
  type Name,
  refuse,
  type ServerClass,
  StartError,
  type StartOptions,
  stop,
  via,
  Registry,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');

/** A server whose init is what the test says. */
class Init extends GenServer<unknown> {
  static readonly ended: Reason[] = [];
  override init(work: (server: Init) => unknown): unknown {
    return work(this);
  }
  value(): unknown {
    return this.state;
  }
  override terminate(): void {
    raise(new Error('terminate must not run'));
  }
}

describe('start', () => {
  test('waits for init, which runs in the new process (GS-001)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    let started = false;
    const start = runtime.start(Init, { args: [(server) => opened.then(() => server.self.pid)] }).then((ref) => {
      started = true;
      return ref;
    });
    await clock.advance(1000);
    expect(started).toBe(false);
    open();
    const server = await start;
    expect(await server?.call.value()).toBe(server?.pid);
    runtime.kill(server ?? 'nobody');
  });

  test('does not link: a start by a process survives it (GS-002, GS-060)', async () => {
    const { runtime } = newRuntime();
    const starter = await runtime.start(Probe);
    const started = await starter.call.run(() => runtime.start(Probe, { name: 'started', args: [{ trapExit: true }] }));
    await runtime.stop(starter, ExitReason.error(boom));
    expect(started).toBeDefined();
    expect(await runtime.ref(Probe, 'started').call.received()).toEqual([]);
  });

  const failing: readonly [string, (server: Init) => unknown, Reason][] = [
    ['stop(reason)', () => stop(ExitReason.shutdownWith('no')), ExitReason.shutdownWith('no')],
    ['an async stop(reason)', async () => stop(ExitReason.error(boom)), ExitReason.error(boom)],
    ['a throw', () => raise(boom), ExitReason.error(boom)],
    ['an async throw', async () => raise(boom), ExitReason.error(boom)],
    ['a throw of undefined', () => raise(undefined), ExitReason.error(undefined)],
  ];

  test.each(failing)(
    'fails with the reason when init ends by %s; terminate is not called, the name is free (GS-004, GS-007, GS-014, GS-052)',
    async (_, work, reason) => {
      const { runtime } = newRuntime();
      const error = await rejection(runtime.start(Init, { args: [work], name: 'n' }));
      expect(error).toBeInstanceOf(StartError);
      expect(error).toMatchObject({ server: 'n', reason });
      expect([runtime.whereis('n'), runtime.stats().processes]).toEqual([undefined, 0]);
      const again = await runtime.start(Probe, { name: 'n' });
      expect(again.isAlive).toBe(true);
    },
  );

  test.each([
    ['ignore()', () => ignore()],
    ['an async ignore()', async () => ignore()],
    ['ignore() after continue', ({ self }: Init) => (self.continue(), ignore())],
  ] as const)(
    'gives undefined when init says %s; the process ends with normal and the name is free (GS-006)',
    async (_, work) => {
      const { runtime, events } = newRuntime();
      expect(await runtime.start(Init, { args: [work], name: 'n' })).toBeUndefined();
      expect(runtime.whereis('n')).toBeUndefined();
      expect(events.filter(({ kind }) => kind !== 'process_started')).toMatchObject([
        { kind: 'process_exited', reason: ExitReason.normal },
      ]);
    },
  );

  test('fails when init returns a deferred answer, which means nothing there (GS-009)', async () => {
    const { runtime } = newRuntime();
    const start = runtime.start(Init, { args: [({ self }) => self.defer()] });
    await expect(start).rejects.toThrow('init() may return');
    expect(runtime.stats().processes).toBe(0);
  });

  test('fails when init calls exit(), with exactly that reason and without terminate (GS-008)', async () => {
    const { runtime } = newRuntime();
    const start = runtime.start(Init, { args: [() => exit(ExitReason.shutdownWith('later'))], name: 'n' });
    expect(await rejection(start)).toMatchObject({ server: 'n', reason: ExitReason.shutdownWith('later') });
    expect(runtime.whereis('n')).toBeUndefined();
  });

  test('fails quietly when init refuses: the error is the cause, the process ends with normal (GS-005)', async () => {
    const { runtime, events } = newRuntime();
    const start = runtime.start(Init, { args: [() => refuse(boom)], name: 'n' });
    expect(await rejection(start)).toMatchObject({ code: 'ERR_GENSERVER_START_FAILED', server: 'n', cause: boom });
    expect(runtime.whereis('n')).toBeUndefined();
    expect(events.map(({ kind }) => kind)).toEqual(['process_started', 'process_exited']);
    expect(events.at(-1)).toMatchObject({ reason: ExitReason.normal });
  });

  test('kills an init that takes longer than startTimeoutMs; what it does later has no effect (GS-011)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    const start = runtime.start(Init, { args: [() => opened], name: 'slow', startTimeoutMs: 50 });
    const error = rejection(start);
    await clock.advance(50);
    expect(await error).toMatchObject({ code: 'ERR_GENSERVER_START_TIMEOUT', server: 'slow', timeoutMs: 50 });
    expect(runtime.whereis('slow')).toBeUndefined();
    open();
    await clock.advance(0);
    expect(runtime.stats().processes).toBe(0);
  });

  test('registers the name before init runs; calls to it are answered after init (GS-015)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    const seen: unknown[] = [];
    const start = runtime.start(Init, {
      name: 'n',
      args: [async ({ self }) => (seen.push(runtime.whereis('n') === self.pid, self.name), await opened, 'state')],
    });
    const early = runtime.ref(Init, 'n').call.value();
    await clock.advance(0);
    expect(seen).toEqual([true, 'n']);
    open();
    expect(await early).toBe('state');
    await start;
    runtime.kill('n');
  });

  test('with a taken name tells who holds it, and init is not run; also while the holder is still in init (GS-016)', async () => {
    const { runtime } = newRuntime();
    const first = runtime.start(Probe, { name: 'n' });
    const error = await rejection(runtime.start(Init, { name: 'n', args: [() => raise('init must not run')] }));
    const holder = await first;
    expect(error).toBeInstanceOf(AlreadyStartedError);
    expect(error).toMatchObject({ server: 'n', pid: holder.pid });
    expect(runtime.stats().processes).toBe(1);
  });

  test('twice with one name at the same time: one wins', async () => {
    const { runtime } = newRuntime();
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => runtime.start(Probe, { name: 'n' })));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  test('takes strings, symbols and via names (GS-017, GS-019)', async () => {
    const { runtime } = newRuntime();
    await runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'registry' });
    const names = ['a string', Symbol('a symbol'), via('registry', 7)];
    for (const name of names) {
      const probe = await runtime.start(Probe, { name });
      expect(runtime.whereis(name)).toBe(probe.pid);
      expect(await runtime.ref(Probe, name).call.run(({ self }) => self.pid)).toBe(probe.pid);
    }
    expect(names.map((name) => String(runtime.ref(Probe, name)))).toEqual(['a string', 'a symbol', 'registry/7']);
  });

  test.each(['', null, 1, true, {}, [], () => 'n'])('refuses %p as a name (PROC-027, GS-017)', async (name) => {
    const { runtime } = newRuntime();
    await expect(runtime.start(Probe, { name: name as Name })).rejects.toBeInstanceOf(InvalidOptionError);
  });

  test.each(['', null, 0, 1.5, Number.NaN, true, {}, [], () => 'n'])(
    'makes no ref to %p, which is no name and no pid',
    (target) => {
      const { runtime } = newRuntime();
      expect(() => runtime.ref(Probe, target as Name)).toThrow(InvalidOptionError);
      expect(() => runtime.supervisor(target as Name)).toThrow(InvalidOptionError);
    },
  );

  test.each([
    ['a class that is no GenServer', class Other {}, {}],
    ['no class', undefined, {}],
    ['args that are no array', Probe, { args: 'x' }],
    ['create that is no function', Probe, { create: 1 }],
    ['a negative startTimeoutMs', Probe, { startTimeoutMs: -1 }],
    ['a startTimeoutMs of NaN', Probe, { startTimeoutMs: Number.NaN }],
  ])('refuses %s, and starts nothing', async (_, serverClass, options) => {
    const { runtime } = newRuntime();
    await expect(
      runtime.start(serverClass as ServerClass<Probe>, options as StartOptions<Probe>),
    ).rejects.toBeInstanceOf(InvalidOptionError);
    expect(runtime.stats().processes).toBe(0);
  });
});

describe('create', () => {
  test('makes the instance anew at each start, for the runtime or for one start, and may be async', async () => {
    const made: string[] = [];
    const { runtime } = newRuntime({ create: () => (made.push('runtime'), new Probe()) });
    await runtime.start(Probe);
    await runtime.start(Probe, { create: async () => (made.push('start'), new Probe()) });
    expect(made).toEqual(['runtime', 'start']);
  });

  test.each([
    ['throws', () => raise(boom), 'boom'],
    ['rejects', () => Promise.reject(boom), 'boom'],
    ['gives no server', () => ({}), 'a function that makes a GenServer'],
    ['gives nothing', () => undefined, 'a function that makes a GenServer'],
  ])('that %s fails the start', async (_, create, message) => {
    const { runtime } = newRuntime();
    await expect(runtime.start(Probe, { create: create as () => Probe })).rejects.toThrow(message);
    expect(runtime.stats().processes).toBe(0);
  });

  test('must not give an instance twice', async () => {
    const { runtime } = newRuntime();
    const instance = new Probe();
    await runtime.start(Probe, { create: () => instance });
    await expect(runtime.start(Probe, { create: () => instance })).rejects.toThrow('a new instance each time');
  });

  test('gives no self to a constructor', async () => {
    const { runtime } = newRuntime();
    class Eager extends Probe {
      readonly pid = this.self.pid;
    }
    expect(await rejection(runtime.start(Eager))).toMatchObject({ cause: { code: 'ERR_GENSERVER_NOT_STARTED' } });
  });
});

test('without an init, a class keeps what its state was initialised with', async () => {
  const { runtime } = newRuntime();
  class Counter extends GenServer<number> {
    override state = 7;
    value(): number {
      return this.state;
    }
  }
  expect(await (await runtime.start(Counter)).call.value()).toBe(7);
});
