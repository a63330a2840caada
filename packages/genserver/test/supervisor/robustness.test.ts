import { describe, expect, test } from '@jest/globals';
import { child, ExitReason, GenServer, type Runtime, supervisor } from '../../src/index.js';
import { useTrees } from './support.js';

const newTree = useTrees();

/** Its start is held up until the test says so. */
class Gate extends GenServer {
  override init(gate: Promise<void>): Promise<void> {
    return gate;
  }
}

/** A promise and what settles it. */
function held(): { readonly gate: Promise<void>; open(): void } {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  return { gate, open: () => open() };
}

describe('a supervisor killed at work leaves no orphan', () => {
  test('while it starts its children', async () => {
    const tree = newTree();
    const { gate, open } = held();
    const children = [tree.worker('a'), child(Gate, { args: [gate] }), tree.worker('b')];
    const started = tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    const failed = started.catch((error: unknown) => error);
    await tree.take();
    tree.runtime.kill('root');
    expect(await failed).toMatchObject({ reason: ExitReason.killed });
    open();
    expect(await tree.takeStarts()).toBe('');
    expect(tree.runtime.stats().processes).toBe(0);
  });

  test('while it restarts its children', async () => {
    const tree = newTree();
    const { gate, open } = held();
    let starts = 0;
    class Second extends GenServer {
      override init(): Promise<void> {
        return starts++ === 0 ? Promise.resolve() : gate;
      }
    }
    const children = [tree.worker('a'), child(Second), tree.worker('b')];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_all', children });
    await tree.crash('a');
    await tree.take();
    tree.runtime.kill('root');
    open();
    expect(await tree.takeStarts()).toBe('');
    expect(tree.runtime.stats().processes).toBe(0);
    expect(tree.events.at(-1)?.kind).toBe('process_exited'); // and no news from the dead about its children
  });

  test('while it stops its children: those not asked yet go with it, the one that was asked keeps its limit', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', { trapExit: true, cleanup: 'hang', shutdownMs: 100 })];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await tree.take();
    const stopped = tree.runtime.stop('root').catch((error: unknown) => error);
    await tree.clock.advance(50);
    tree.runtime.kill('root');
    expect(await stopped).toMatchObject({ reason: ExitReason.killed });
    expect(await tree.take()).toEqual(['terminate b: shutdown', 'exit root: killed', 'exit a: killed']);
    await tree.clock.advance(50);
    expect(await tree.take()).toEqual(['exit b: killed']);
  });

  test('while a nested supervisor starts below it', async () => {
    const tree = newTree();
    const { gate, open } = held();
    const inner = supervisor({
      name: 'sub',
      strategy: 'one_for_one',
      children: [tree.worker('a'), child(Gate, { args: [gate] }), tree.worker('b')],
    });
    const failed = tree.runtime
      .startSupervisor({ name: 'root', strategy: 'one_for_one', children: [inner] })
      .catch((error: unknown) => error);
    await tree.take();
    tree.runtime.kill('root');
    await failed;
    open();
    await tree.take();
    expect(tree.runtime.stats().processes).toBe(0);
  });
});

describe('a child that misbehaves', () => {
  test('one that stops itself in init counts as started, then as ended', async () => {
    let starts = 0;
    class Short extends GenServer {
      override init(): void {
        starts++;
        this.self.stop(ExitReason.normal);
      }
    }
    const { runtime, clock } = newTree();
    const root = await runtime.startSupervisor({ strategy: 'one_for_one', children: [Short] });
    await clock.advance(0);
    expect([starts, root.isAlive]).toEqual([4, false]);
  });

  test('one whose init calls its own supervisor hears of the cycle instead of hanging (GS-034)', async () => {
    class Curious extends GenServer {
      override async init(runtime: Runtime): Promise<void> {
        await runtime.supervisor('root').whichChildren();
      }
    }
    const { runtime } = newTree();
    const children = [child(Curious, { args: [runtime] })];
    const started = runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await expect(started).rejects.toMatchObject({ cause: { code: 'ERR_GENSERVER_CALL_CYCLE' } });
  });

  test('one whose last words call its own supervisor, too', async () => {
    class Chatty extends GenServer {
      #runtime!: Runtime;
      override init(runtime: Runtime): void {
        this.#runtime = runtime;
        this.self.trapExit(true);
      }
      override async terminate(): Promise<void> {
        await this.#runtime.supervisor('root').whichChildren();
      }
    }
    const { runtime } = newTree();
    const children = [child(Chatty, { args: [runtime], name: 'chatty', shutdownMs: 'infinity' })];
    await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    const exited = runtime.exited('chatty');
    await runtime.stop('root');
    const path = ['chatty', 'root', 'chatty'];
    expect(await exited).toMatchObject({ kind: 'error', error: { code: 'ERR_GENSERVER_CALL_CYCLE', path } });
  });

  test('one that links itself with another tree takes only that along', async () => {
    class Linked extends GenServer {
      override init(peer: string): void {
        this.self.link(peer);
      }
    }
    const tree = newTree();
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('ab') });
    const children = [child(Linked, { args: ['a'], name: 'linked' })];
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    await tree.take();
    tree.runtime.kill('linked');
    expect(await tree.takeStarts()).toBe('a');
    expect(tree.runtime.whereis('linked')).toBeDefined();
  });

  test('a create function that returns the same instance twice fails the restart, not the program', async () => {
    class Once extends GenServer {}
    const instance = new Once();
    const { runtime, clock } = newTree();
    const children = [child(Once, { create: () => instance, name: 'once' })];
    const root = await runtime.startSupervisor({ strategy: 'one_for_one', children });
    const exited = runtime.exited(root);
    runtime.kill('once');
    await clock.advance(0);
    expect(await exited).toEqual(ExitReason.shutdown);
  });

  test('one that hangs in its last words holds its supervisor up only as long as its limit', async () => {
    const tree = newTree();
    const children = tree.workers('ab', { trapExit: true, cleanup: 'hang', shutdownMs: 100 });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    const stopped = tree.runtime.stop('root');
    await tree.clock.advance(200);
    await stopped;
    expect(tree.clock.now()).toBe(200);
  });
});

describe('at the same time', () => {
  test('a crash while one_for_all waits for slow last words is part of that restart', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', { trapExit: true, cleanup: 100 }), tree.worker('c')];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_all', children, maxRestarts: 1 });
    await tree.take();
    await tree.crash('c');
    await tree.clock.advance(50);
    await tree.crash('a');
    await tree.clock.advance(50);
    expect(await tree.takeStarts()).toBe('abc');
  });

  test('many starts with one id start one child', async () => {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [] });
    const starts = Array.from({ length: 50 }, () => root.startChild(tree.worker('a')));
    const outcomes = await Promise.allSettled(starts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect(tree.runtime.stats().processes).toBe(2);
  });

  test('fifty levels start, fail over and stop', async () => {
    const tree = newTree();
    let spec = supervisor({ name: 's0', strategy: 'one_for_one', children: tree.workers('a'), maxRestarts: 0 });
    for (let level = 1; level < 49; level++) {
      spec = supervisor({ name: `s${level}`, strategy: 'one_for_one', children: [spec], maxRestarts: 0 });
    }
    const root = await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [spec] });
    expect(tree.runtime.stats().processes).toBe(51);
    await tree.crash('a');
    expect([tree.attempts('a'), root.isAlive, tree.runtime.stats().processes]).toEqual([2, true, 51]);
    await tree.runtime.stop('root');
    expect(tree.runtime.stats().processes).toBe(0);
  });
});
