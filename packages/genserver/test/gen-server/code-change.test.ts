import { describe, expect, test } from '@jest/globals';
import {
  child,
  Down,
  ExitReason,
  GenServer,
  InvalidOptionError,
  Registry,
  type ServerClass,
  type ServerRef,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');

class Version1 extends GenServer<number> {
  readonly log: string[] = [];

  override init(initial = 1): number {
    return initial;
  }
  version(): string {
    return `one: ${this.state}`;
  }
  note(text: string): void {
    this.log.push(text);
  }
  watch(address: Parameters<Version1['self']['monitor']>[0]): void {
    this.self.monitor(address);
    this.self.sendAfter(100, 'timer');
  }
  work(until: Promise<void>): Promise<void> {
    return until;
  }
  override handleInfo(message: unknown): void {
    this.log.push(message instanceof Down ? 'down' : String(message));
  }
  override terminate(): void {
    raise(new Error('terminate must not run'));
  }
}

class Version2 extends Version1 {
  override version(): string {
    return `two: ${this.state}`;
  }
  history(): readonly string[] {
    return [...this.log];
  }
  override codeChange(oldState: number, extra: unknown, old: Version1): number | Promise<number> {
    this.log.push(...old.log);
    if (extra instanceof Error) throw extra;
    return extra instanceof Promise ? extra.then(() => oldState * 10) : oldState * 10;
  }
}

describe('sys.restartWithState', () => {
  test('puts a newer class in place: its codeChange makes the state of the old state, the old instance and extra (GS-083)', async () => {
    const { runtime } = newRuntime();
    const one = await runtime.start(Version1, { args: [4], name: 'server' });
    const { pid } = one;
    await one.call.note('before');
    await runtime.sys.restartWithState(one, { serverClass: Version2 });
    const two = runtime.ref(Version2, 'server');
    expect([await one.call.version(), await two.call.history(), two.pid]).toEqual(['two: 40', ['before'], pid]);
    expect((await runtime.sys.getStatus(two)).className).toBe('Version2');
    runtime.kill(two);
  });

  test('by default makes the same class again, which keeps the state and begins its fields anew (GS-083)', async () => {
    const { runtime } = newRuntime();
    const one = await runtime.start(Version1, { args: [4] });
    await one.call.note('before');
    await runtime.sys.restartWithState(one);
    expect(await runtime.sys.getStatus(one)).toMatchObject({ state: 4, fields: { log: [] } });
    runtime.kill(one);
  });

  test('keeps mailbox, monitors and timers, and runs neither init nor terminate (GS-083)', async () => {
    const { runtime, clock } = newRuntime();
    const other = await runtime.start(Probe);
    const one = await runtime.start(Version1, { name: 'server' });
    await one.call.watch(other);
    const work = gate();
    one.cast.work(work.opened);
    await clock.advance(0);
    const changed = runtime.sys.restartWithState(one, { serverClass: Version2 });
    one.cast.note('waited');
    work.open();
    await changed;
    await runtime.stop(other);
    await clock.advance(100);
    expect(await runtime.ref(Version2, 'server').call.history()).toEqual(['waited', 'down', 'timer']);
    runtime.kill(one);
  });

  test.each([
    ['codeChange throws', { serverClass: Version2, extra: boom }],
    ['codeChange rejects', { serverClass: Version2, extra: Promise.reject(boom) }],
    ['it cannot be made', { create: () => raise(boom) }],
    ['making it rejects', { create: () => Promise.reject(boom) }],
  ])('when %s the old instance goes on, and the caller gets the error (GS-083)', async (_, options) => {
    const { runtime } = newRuntime();
    const one = await runtime.start(Version1);
    await expect(runtime.sys.restartWithState(one, options as never)).rejects.toBe(boom);
    expect(await one.call.version()).toBe('one: 1');
    runtime.kill(one);
  });

  test('makes the instance as the start did: by its own create, else by that of the runtime', async () => {
    const made: string[] = [];
    const make = (who: string, serverClass: ServerClass): GenServer => {
      made.push(`${who} ${serverClass.name}`);
      return new (serverClass as unknown as new () => GenServer)();
    };
    const { runtime } = newRuntime({ create: (serverClass) => make('runtime', serverClass as ServerClass) });
    const plain = await runtime.start(Version1);
    const own = await runtime.start(Version1, { create: () => make('own', Version1) as unknown as Version1 });
    made.length = 0;
    for (const ref of [plain, own]) {
      await runtime.sys.restartWithState(ref);
      await runtime.sys.restartWithState(ref, { serverClass: Version2 });
      await runtime.sys.restartWithState(ref, { create: () => make('given', Version2) });
      runtime.kill(ref);
    }
    expect(made).toEqual([
      'runtime Version1',
      'runtime Version2',
      'given Version2',
      'own Version1',
      'runtime Version2',
      'given Version2',
    ]);
  });

  test('a server that is killed meanwhile stays so', async () => {
    const { runtime, clock } = newRuntime();
    const one = await runtime.start(Version1);
    const ready = gate();
    const changed = rejection(runtime.sys.restartWithState(one, { serverClass: Version2, extra: ready.opened }));
    await clock.advance(0);
    runtime.kill(one);
    ready.open();
    expect(await changed).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    expect(runtime.stats().processes).toBe(0);
  });

  test('a restart by the supervisor makes what its specification says again', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Version1, { name: 'server' })] });
    const server = runtime.ref(Version1, 'server');
    await runtime.sys.restartWithState(server, { serverClass: Version2 });
    runtime.kill(server);
    await clock.advance(0);
    expect(await server.call.version()).toBe('one: 1');
  });

  test('is refused for supervisors and registries: what they hold would be lost', async () => {
    const { runtime } = newRuntime();
    await runtime.startSupervisor({
      name: 'tree',
      strategy: 'one_for_one',
      children: [child(Probe, { name: 'leaf' })],
    });
    await runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'keys' });
    for (const name of ['tree', 'keys']) {
      await expect(runtime.sys.restartWithState(name)).rejects.toThrow('cannot be replaced while it runs');
    }
    expect(await runtime.ref(Probe, 'leaf').call.ping()).toBe('pong');
    expect(await runtime.supervisor('tree').whichChildren()).toHaveLength(1);
  });

  test('refuses what is no server class, no function, no new instance', async () => {
    const { runtime } = newRuntime();
    const one: ServerRef<Version1> = await runtime.start(Version1);
    let same: Version1 | undefined;
    const other = await runtime.start(Version1, { create: () => (same = new Version1()) });
    for (const options of [{ serverClass: Map }, { create: 5 }, { create: () => ({}) }, { create: () => same }]) {
      expect(await rejection(runtime.sys.restartWithState(one, options as never))).toBeInstanceOf(InvalidOptionError);
    }
    for (const ref of [one, other]) runtime.kill(ref);
    expect(ExitReason.killed.kind).toBe('killed');
  });
});
