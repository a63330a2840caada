import { describe, expect, test } from '@jest/globals';
import { child, GenServer, type Runtime, type ShutdownReport, supervisor, type SupervisorRef } from '../src/index.js';
import { useTrees } from './supervisor/support.js';

const newTree = useTrees();
const slow = { trapExit: true, cleanup: 10 } as const;
const hangs = { trapExit: true, cleanup: 'hang', shutdownMs: 'infinity' } as const;

class Gate extends GenServer {
  override init(gate: Promise<void>): Promise<void> {
    return gate;
  }
}

/** Shuts the runtime down from inside a handler. */
class Switch extends GenServer {
  #runtime!: Runtime;
  override init(runtime: Runtime, traps = false): void {
    this.#runtime = runtime;
    this.self.trapExit(traps);
  }
  turnOff(timeoutMs = Infinity): Promise<ShutdownReport> {
    return this.#runtime.shutdown({ timeoutMs });
  }
}

describe('runtime.shutdown', () => {
  test('of an empty runtime has nothing to do', async () => {
    expect(await newTree().runtime.shutdown()).toEqual({ killed: [] });
  });

  test('stops the trees one after the other, the last started first (APP-015)', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: tree.workers('ab', slow) });
    await tree.runtime.startSupervisor({ name: 'sup', strategy: 'one_for_one', children: tree.workers('c', slow) });
    await tree.take();
    const stopped = tree.runtime.shutdown();
    await tree.clock.advance(30);
    expect(await stopped).toEqual({ killed: [] });
    const exits = (await tree.take()).filter((line) => line.startsWith('exit'));
    const order = ['c', 'sup', 'b', 'a', 'root'];
    expect(exits).toEqual(order.map((name) => `exit ${name}: shutdown`));
    expect([tree.runtime.stats().processes, tree.clock.pendingTimers]).toEqual([0, 0]);
  });

  test('at its deadline kills what is left and names it (APP-019, APP-021)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', hangs)];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    const stopped = tree.runtime.shutdown({ timeoutMs: 500 });
    await tree.clock.advance(499);
    expect(tree.runtime.whereis('b')).toBeDefined();
    await tree.clock.advance(1);
    expect(await stopped).toEqual({ killed: ['b', 'a', 'root'] });
    expect(tree.clock.pendingTimers).toBe(0);
  });

  test('stops what is started while it stops; at the deadline kills that, too (APP-021)', async () => {
    const tree = newTree();
    class Starter extends GenServer {
      override async terminate(): Promise<void> {
        await tree.runtime.startSupervisor({ name: 'sup', strategy: 'one_for_one', children: tree.workers('a') });
        await tree.runtime.start(Gate, { args: [new Promise<void>(() => {})], name: 'gate' });
      }
    }
    await tree.runtime.start(Starter, { name: 'starter' });
    const stopped = tree.runtime.shutdown({ timeoutMs: 200 });
    await tree.clock.advance(200);
    expect(await stopped).toEqual({ killed: ['gate', 'a', 'sup', 'starter'] });

    class Quick extends GenServer {
      override async terminate(): Promise<void> {
        await tree.runtime.startSupervisor({ name: 'sup', strategy: 'one_for_one', children: tree.workers('a') });
      }
    }
    await tree.runtime.start(Quick);
    await tree.take();
    expect(await tree.runtime.shutdown()).toEqual({ killed: [] });
    expect(await tree.take()).toEqual(['start a', 'exit a: shutdown', 'exit sup: shutdown']);
  });

  test('starts nothing more once its deadline has passed (APP-021)', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [tree.worker('a', hangs)] });
    const startGate = () => tree.runtime.start(Gate, { args: [new Promise<void>(() => {})], name: 'gate' });
    const again = tree.ref('a').call.hang().catch(startGate);
    const failed = again.catch((error: unknown) => error);
    const stopped = tree.runtime.shutdown({ timeoutMs: 100 });
    await tree.clock.advance(100);
    expect(await stopped).toEqual({ killed: ['a', 'root'] });
    expect(await failed).toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
  });

  test('may be asked for twice at the same time: both end when all is gone', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: tree.workers('ab', slow) });
    const both = Promise.all([tree.runtime.shutdown(), tree.runtime.shutdown({ timeoutMs: 1_000 })]);
    await tree.clock.advance(20);
    expect(await both).toEqual([{ killed: [] }, { killed: [] }]);
    const exits = (await tree.take()).filter((line) => line.startsWith('exit root'));
    expect([exits, tree.clock.pendingTimers]).toEqual([['exit root: shutdown'], 0]);
  });

  test('the sooner of two deadlines kills', async () => {
    const tree = newTree();
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [tree.worker('a', hangs)] });
    const both = Promise.all([tree.runtime.shutdown({ timeoutMs: 1_000 }), tree.runtime.shutdown({ timeoutMs: 100 })]);
    await tree.clock.advance(100);
    expect(await both).toEqual([{ killed: [] }, { killed: ['a', 'root'] }]);
  });

  test('during a start lets it end, then stops what came of it (APP-020)', async () => {
    const tree = newTree();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const children = [tree.worker('a'), child(Gate, { args: [gate] }), tree.worker('b')];
    const started = tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await tree.take();
    const stopped = tree.runtime.shutdown();
    await tree.clock.advance(1_000);
    open();
    expect(await stopped).toEqual({ killed: [] });
    expect(await started).toBeDefined();
    expect(await tree.take()).toEqual(['start b', 'exit b: shutdown', 'exit a: shutdown', 'exit root: shutdown']);
  });

  test('at its deadline during a start: the start fails, nothing is left (APP-020)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), child(Gate, { args: [new Promise<void>(() => {})] })];
    const started: Promise<SupervisorRef> = tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    const failed = started.catch((error: unknown) => error);
    const stopped = tree.runtime.shutdown({ timeoutMs: 10 });
    await tree.clock.advance(10);
    expect(await failed).toMatchObject({ code: 'ERR_GENSERVER_START_FAILED' });
    expect((await stopped).killed).toContain('a');
  });

  test.each([
    ['is stopped with the rest', false, 0],
    ['and traps exits: its limit decides', true, 5_000],
  ])('a worker that awaits it %s', async (_, traps, afterMs) => {
    const { runtime, clock } = newTree();
    const children = [child(Switch, { args: [runtime, traps], name: 'switch' })];
    await runtime.startSupervisor({ strategy: 'one_for_one', children });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [] });
    const asked = runtime.ref(Switch, 'switch').with({ timeoutMs: Infinity }).call.turnOff();
    const failed = asked.catch((error: unknown) => error);
    await clock.advance(afterMs);
    expect(await failed).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    expect(runtime.stats().processes).toBe(0);
  });

  test('goes on when the call whose handler asked for it is out of time', async () => {
    const tree = newTree();
    const children = [
      child(Switch, { args: [tree.runtime, true], name: 'switch', shutdownMs: 'brutal_kill' }),
      tree.worker('a', { trapExit: true, cleanup: 200 }),
    ];
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    const asked = tree.runtime.ref(Switch, 'switch').with({ timeoutMs: 100 }).call.turnOff();
    const failed = asked.catch((error: unknown) => error);
    await tree.clock.advance(300);
    expect(await failed).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    expect(tree.runtime.stats().processes).toBe(0);
  });

  test('awaited by a server without a supervisor is refused before anything stops (GS-076)', async () => {
    const { runtime } = newTree();
    const own = await runtime.start(Switch, { args: [runtime], name: 'switch' });
    const last = await runtime.startSupervisor({ strategy: 'one_for_one', children: [] });
    await expect(own.call.turnOff()).rejects.toMatchObject({ cause: { path: ['switch', 'switch'] } });
    expect(last.isAlive).toBe(true);
  });

  test('awaited by the init of a child is refused before anything stops (GS-076)', async () => {
    const { runtime } = newTree();
    class Early extends GenServer {
      override async init(): Promise<void> {
        await runtime.startSupervisor({ name: 'last', strategy: 'one_for_one', children: [] });
        await runtime.shutdown();
      }
    }
    const inner = supervisor({ id: 'inner', strategy: 'one_for_one', children: [Early] });
    const started = runtime.startSupervisor({ strategy: 'one_for_one', children: [inner] });
    await expect(started).rejects.toMatchObject({ cause: { code: 'ERR_GENSERVER_CALL_CYCLE' } });
    expect(runtime.tree().map(({ name }) => name)).toEqual(['last']);
  });

  test('stops ten thousand servers without a supervisor in linear time', async () => {
    class Idle extends GenServer {}
    const { runtime, clock } = newTree();
    await Promise.all(Array.from({ length: 10_000 }, () => runtime.start(Idle)));
    const stopped = runtime.shutdown();
    await clock.advance(0);
    expect(await stopped).toEqual({ killed: [] });
  });

  test('a runtime can be used again afterwards', async () => {
    const tree = newTree();
    await tree.runtime.shutdown();
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a') });
    expect(await tree.ref('a').call.ping()).toBe('pong');
  });

  test('refuses a wrong time limit', async () => {
    const { runtime } = newTree();
    const shutdown = async () => runtime.shutdown({ timeoutMs: -1 });
    await expect(shutdown()).rejects.toMatchObject({ option: 'timeoutMs' });
  });
});
