import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { expectTypeOf } from 'expect-type';
import {
  child,
  dynamicSupervisor,
  type DynamicSupervisorRef,
  GenServer,
  NoPartitionsError,
  type PartitionKey,
  partitionSupervisor,
  type PartitionSupervisorRef,
  Registry,
  type ServerRef,
  supervisor,
  via,
  viaPartition,
} from '../../src/index.js';
import { partitionOf } from '../../src/supervisor/partition-key.js';
import { thrownBy, type TestTree, useTrees } from './support.js';

const newTree = useTrees();

class Shard extends GenServer {
  #facts: readonly unknown[] = [];

  override init(...facts: readonly unknown[]): void {
    this.#facts = facts;
  }

  facts(): readonly unknown[] {
    return this.#facts;
  }

  crash(): never {
    throw new Error('boom');
  }

  finish(): void {
    this.self.stop();
  }
}

const start = ({ runtime }: TestTree, options: object = {}): Promise<PartitionSupervisorRef<ServerRef<Shard>>> =>
  runtime.start(partitionSupervisor({ name: 'ps', partitions: 4, child: Shard, ...options }));

const pids = async (ps: PartitionSupervisorRef<ServerRef<Shard>>) => (await ps.whichChildren()).map(({ pid }) => pid);

describe('starting', () => {
  test('one child for each partition, from 0, in this order (PART-001, PART-012)', async () => {
    const tree = newTree();
    const ps = await start(tree);
    const views = await ps.whichChildren();
    expect(views.map(({ partition, state, type }) => [partition, state, type])).toEqual(
      [0, 1, 2, 3].map((partition) => [partition, 'running', 'worker']),
    );
    expect(views.map(({ pid }) => pid)).toEqual(views.map(({ pid }) => pid).toSorted((a, b) => Number(a) - Number(b)));
    expect(await ps.countChildren()).toEqual({ specs: 4, active: 4, supervisors: 0, workers: 4 });
    expect(ps.partitions()).toBe(4);
  });

  test('by default as many as the machine can run at once (PART-001)', async () => {
    const { runtime } = newTree();
    const ps = await runtime.start(partitionSupervisor({ name: 'ps', child: Shard }));
    expect(ps.partitions()).toBe(availableParallelism());
  });

  test.each([
    ['name', { name: undefined }],
    ['name', { name: '' }],
    ['child', { child: undefined }],
    ['child', { child: () => 7 }],
    ['serverClass', { child: { ...child(Shard), serverClass: Date } }],
    ['child', { child: child(Shard, { name: 'shard' }) }],
    ['partitions', { partitions: 0 }],
    ['partitions', { partitions: -1 }],
    ['partitions', { partitions: 1.5 }],
    ['partitions', { partitions: '3' }],
    ['withArguments', { withArguments: 7 }],
    ['withArguments', { withArguments: () => 7 }],
    ['strategy', { strategy: 'one_for_some' }],
    ['maxRestarts', { maxRestarts: -1 }],
  ])('a wrong %s is refused: %p (PART-002, PART-004)', (option, wrong) => {
    const options = { name: 'ps', child: Shard, ...wrong } as never;
    expect(thrownBy(() => partitionSupervisor(options))).toMatchObject({
      option,
      code: 'ERR_GENSERVER_INVALID_OPTION',
    });
  });

  test.each(['any_significant', 'all_significant'])(
    'autoShutdown %s is refused (PART-003, SUP-105)',
    (autoShutdown) => {
      const options = { name: 'ps', child: Shard, autoShutdown } as never;
      expect(thrownBy(() => partitionSupervisor(options))).toMatchObject({
        kind: 'bad_combination',
        option: 'autoShutdown',
      });
      const significant = child(Shard, { restart: 'transient', significant: true });
      const refused = thrownBy(() => partitionSupervisor({ name: 'ps', child: significant }));
      expect(refused).toMatchObject({ kind: 'bad_combination', option: 'significant' });
    },
  );

  test('withArguments makes the arguments of each partition, once (PART-004)', async () => {
    const tree = newTree();
    const seen: unknown[] = [];
    const ps = await start(tree, {
      partitions: 2,
      child: child(Shard, { args: ['a'] }),
      withArguments: (args: readonly unknown[], partition: number) => {
        seen.push([args, partition]);
        return [...args, partition];
      },
    });
    expect(await Promise.all([0, 1].map((key) => ps.route(key).call.facts()))).toEqual([
      ['a', 0],
      ['a', 1],
    ]);
    ps.route(1).cast.crash();
    await tree.clock.advance(0);
    expect(await ps.route(1).call.facts()).toEqual(['a', 1]);
    expect(seen).toEqual([
      [['a'], 0],
      [['a'], 1],
    ]);
  });

  test('a function makes another child for each partition, which may have a name', async () => {
    const { runtime } = newTree();
    const make = (partition: number) => child(Shard, { name: `shard-${partition}`, args: [partition] });
    const ps = await runtime.start(partitionSupervisor({ name: 'ps', partitions: 2, child: make }));
    expect([runtime.whereis('shard-0'), runtime.whereis('shard-1')]).toEqual([ps.route(0).pid, ps.route(1).pid]);
  });

  test('its id is its name, or the text of a via name (PART-010)', () => {
    const ids = ['ps', via('names', 'ps')].map((name) => partitionSupervisor({ name, child: Shard }));
    expect(ids).toMatchObject([
      { id: 'ps', type: 'supervisor' },
      { id: 'names/ps', type: 'supervisor' },
    ]);
  });
});

describe('routing', () => {
  test('whole numbers go to |key| mod n (PART-005)', async () => {
    const { runtime } = newTree();
    const ps = await runtime.start(partitionSupervisor({ name: 'ps', partitions: 4, child: Shard }));
    const all = await pids(ps);
    for (const key of [0, 1, 7, -1, -6, 12n, -5n]) {
      const expected = all[Math.abs(Number(key)) % 4];
      expect(ps.route(key).pid).toBe(expected);
      expect(runtime.whereis(viaPartition('ps', key))).toBe(expected);
      expect(runtime.ref(Shard, viaPartition('ps', key)).pid).toBe(expected);
    }
  });

  const key = fc.letrec<{ any: PartitionKey }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).any;

  test('every other key goes to one of the partitions, equal keys to the same one (PART-005)', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 64 }), (one, partitions) => {
        const found = partitionOf(one, partitions);
        expect(Number.isInteger(found) && found >= 0 && found < partitions).toBe(true);
        expect(partitionOf(structuredClone(one), partitions)).toBe(found);
        expect(partitionOf([one, { a: one, b: 1 }], partitions)).toBe(partitionOf([one, { b: 1, a: one }], partitions));
      }),
    );
  });

  test('keys are spread, and go to the same partition in every run (PART-005)', () => {
    const found = Array.from({ length: 8_000 }, (_, n) => partitionOf(`user:${n}`, 8));
    const counts = Array.from({ length: 8 }, (_, partition) => found.filter((one) => one === partition).length);
    expect(Math.min(...counts)).toBeGreaterThan(800);
    const keys = ['alice', 'bob', Symbol('x'), null, 1.5, ['a', 1], { a: 'b' }];
    expect(keys.map((one) => partitionOf(one, 1_000))).toEqual([479, 244, 486, 231, 750, 890, 482]);
  });

  test.each([undefined, () => 7, new Date(), new Map(), [new Set()], [undefined]])(
    '%p is no key (PART-005)',
    (wrong) => {
      const look = (): unknown => partitionOf(wrong as never, 4);
      expect(thrownBy(() => (viaPartition('ps', wrong as never), look()))).toMatchObject({ option: 'key' });
    },
  );

  test('follows restarts, by ref and by name (PART-006)', async () => {
    const tree = newTree();
    const ps = await start(tree);
    const [ref, named] = [ps.route('alice'), tree.runtime.ref(Shard, viaPartition('ps', 'alice'))];
    const before = ref.pid;
    ref.cast.crash();
    await tree.clock.advance(0);
    expect([ref.pid, named.pid].map((pid) => pid !== undefined && pid !== before)).toEqual([true, true]);
    expect(await named.call.facts()).toEqual([]);
  });

  test('a partition that is down is nobody: a call rejects with a NoProcessError (PART-007)', async () => {
    const tree = newTree();
    const ps = await start(tree, { child: child(Shard, { restart: 'transient' }) });
    const ref = ps.route(1);
    ref.cast.finish();
    await tree.clock.advance(0);
    expect(tree.runtime.whereis(viaPartition('ps', 1))).toBeUndefined();
    await expect(ref.call.facts()).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS', server: 'ps/1' });
  });

  test('cannot be used to register a name (PART-008)', async () => {
    const tree = newTree();
    await start(tree);
    for (const name of [viaPartition('ps', 1), viaPartition('nobody', 1)]) {
      await expect(tree.runtime.start(Shard, { name })).rejects.toMatchObject({ option: 'name' });
    }
    expect(tree.runtime.stats().processes).toBe(5);
  });

  test('finds nobody where there is no partition supervisor, and says so where there is something else (PART-014)', async () => {
    const tree = newTree();
    expect(tree.runtime.whereis(viaPartition('nobody', 1))).toBeUndefined();
    await tree.runtime.start(Shard, { name: 'shard' });
    expect(thrownBy(() => tree.runtime.whereis(viaPartition('shard', 1)))).toMatchObject({ option: 'supervisor' });
  });

  test('the supervisor itself may have a via name (PART-009)', async () => {
    const tree = newTree();
    await tree.runtime.start(Registry, { args: [{ keys: 'unique' }], name: 'names' });
    const ps = await start(tree, { name: via('names', 'ps') });
    expect(tree.runtime.whereis(viaPartition(via('names', 'ps'), 5))).toBe((await pids(ps))[1]);
    expect([ps.partitions(), await ps.countChildren()]).toMatchObject([4, { active: 4 }]);
    await tree.runtime.stop(ps);
    expect(tree.runtime.whereis(via('names', 'ps'))).toBeUndefined();
  });
});

describe('supervising', () => {
  test.each([
    ['one_for_one', 1],
    ['one_for_all', 4],
    ['rest_for_one', 2],
  ])('%s: the crash of partition 2 replaces %i partitions (PART-011)', async (strategy, replaced) => {
    const tree = newTree();
    const ps = await start(tree, { strategy });
    const before = await pids(ps);
    ps.route(2).cast.crash();
    await tree.clock.advance(0);
    const after = await pids(ps);
    expect(after.filter((pid, at) => pid !== before[at])).toHaveLength(replaced);
  });

  test('it gives up after maxRestarts (PART-011)', async () => {
    const tree = newTree();
    const ps = await start(tree, { maxRestarts: 1, maxSeconds: 10 });
    for (const lives of [true, false]) {
      ps.route(2).cast.crash();
      await tree.clock.advance(0);
      expect(ps.isAlive).toBe(lives);
    }
  });

  test('a partition that is being restarted shows as restarting (PART-012)', async () => {
    const tree = newTree();
    const ps = await start(tree, { backoff: { initialMs: 10 } });
    ps.route(2).cast.crash();
    await tree.clock.advance(0);
    expect((await ps.whichChildren())[2]).toMatchObject({ partition: 2, state: 'restarting', pid: undefined });
    expect(await ps.countChildren()).toMatchObject({ specs: 4, active: 3 });
  });

  test('partitions, countChildren and route of one that does not run: a NoProcessError (PART-013, PART-014)', async () => {
    const nobody = newTree().runtime.partitionSupervisor('nobody');
    const code = 'ERR_GENSERVER_NO_PROCESS';
    expect(thrownBy(() => nobody.partitions())).toMatchObject({ code, server: 'nobody' });
    expect(thrownBy(() => nobody.route(1))).toMatchObject({ code });
    await expect(nobody.countChildren()).rejects.toMatchObject({ code });
    await expect(nobody.resize(1)).rejects.toMatchObject({ code });
  });

  test('after stop all partitions are gone and the name is free (PART-015)', async () => {
    const tree = newTree();
    const ps = await start(tree);
    await tree.runtime.stop('ps');
    expect([tree.runtime.whereis('ps'), ps.isAlive, tree.runtime.stats().processes]).toEqual([undefined, false, 0]);
    expect((await start(tree)).partitions()).toBe(4);
  });

  test('as a child of a supervisor it is restarted with all partitions in use', async () => {
    const tree = newTree();
    const spec = partitionSupervisor({ name: 'ps', partitions: 3, child: Shard });
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [spec] });
    await tree.runtime.partitionSupervisor('ps').resize(1);
    tree.runtime.kill('ps');
    await tree.clock.advance(0);
    expect(tree.runtime.partitionSupervisor('ps').partitions()).toBe(3);
  });
});

describe('resize', () => {
  test('gives the number before; surplus partitions are stopped and kept, missing ones started again (PART-016)', async () => {
    const tree = newTree();
    const ps = await start(tree, { partitions: 8 });
    let before = 8;
    for (const size of [0, 8, 1, 3, 3, 2, 7, 8]) {
      expect(await ps.resize(size)).toBe(before);
      before = size;
      expect([ps.partitions(), await ps.countChildren()]).toMatchObject([size, { specs: 8, active: size }]);
    }
  });

  test('a partition that was started by hand meanwhile is kept as it is', async () => {
    const tree = newTree();
    const ps = await start(tree, { partitions: 2 });
    await ps.resize(1);
    const byHand = await tree.runtime.supervisor('ps').restartChild('1');
    expect(await ps.resize(2)).toBe(1);
    expect(ps.route(1).pid).toBe(byHand);
    expect(await ps.countChildren()).toMatchObject({ active: 2 });
  });

  test('keys are routed modulo the new number (PART-016)', async () => {
    const tree = newTree();
    const ps = await start(tree);
    const ref = ps.route(7);
    await ps.resize(3);
    expect(ref.pid).toBe((await pids(ps))[1]);
  });

  test.each([5, -1, 1.5, NaN])('to %p is refused for one that was started with 4 (PART-017)', async (size) => {
    const ps = await start(newTree());
    await expect(ps.resize(size)).rejects.toMatchObject({ option: 'partitions', received: size });
    expect(ps.partitions()).toBe(4);
  });

  test('with zero partitions no key leads anywhere, until it is resized again (PART-018)', async () => {
    const tree = newTree();
    const ps = await start(tree);
    const ref = ps.route(1);
    await ps.resize(0);
    expect(thrownBy(() => ps.route(1))).toBeInstanceOf(NoPartitionsError);
    expect(thrownBy(() => ref.pid)).toMatchObject({ code: 'ERR_GENSERVER_NO_PARTITIONS', supervisor: 'ps' });
    await ps.resize(2);
    expect(await ref.call.facts()).toEqual([]);
  });

  test('a group restart does not bring back what is out of use (PART-016, SUP-035)', async () => {
    const tree = newTree();
    const ps = await start(tree, { strategy: 'one_for_all' });
    await ps.resize(2);
    ps.route(0).cast.crash();
    await tree.clock.advance(0);
    expect(await ps.countChildren()).toMatchObject({ specs: 4, active: 2 });
  });

  test('that cannot start a partition rejects with why, and uses those before it (PART-016)', async () => {
    const tree = newTree();
    const make = (partition: number) =>
      tree.worker(`${partition}`, { named: false, attempts: partition === 2 ? ['ok', 'fail', 'ok'] : ['ok'] });
    const ps = await tree.runtime.start(partitionSupervisor({ name: 'ps', partitions: 4, child: make }));
    await ps.resize(0);
    await expect(ps.resize(4)).rejects.toMatchObject({ code: 'ERR_GENSERVER_START_FAILED' });
    expect([ps.partitions(), await ps.countChildren()]).toMatchObject([2, { active: 2 }]);
    expect(await ps.resize(4)).toBe(2);
  });
});

test('the usual use: dynamic supervisors, children spread over them by key (PART-019)', async () => {
  const { runtime } = newTree();
  const spec = partitionSupervisor({ name: 'ps', partitions: 3, child: dynamicSupervisor<Shard>() });
  const ps = await runtime.start(spec);
  for (let user = 0; user < 30; user++) {
    const pool = user % 2 === 0 ? ps.route(user) : runtime.dynamicSupervisor<Shard>(viaPartition('ps', user));
    await pool.startChild(child(Shard, { args: [user] }));
  }
  const counts = await Promise.all([0, 1, 2].map((key) => ps.route(key).countChildren()));
  expect(counts.map(({ active }) => active)).toEqual([10, 10, 10]);
  expect(await ps.countChildren()).toMatchObject({ supervisors: 3, workers: 0 });
});

test('what route gives is typed by the child', () => {
  expectTypeOf(partitionSupervisor({ name: 'ps', child: Shard }).toRef).returns.toEqualTypeOf<
    PartitionSupervisorRef<ServerRef<Shard>>
  >();
  expectTypeOf(
    partitionSupervisor({ name: 'ps', child: () => dynamicSupervisor<Shard>() }).toRef,
  ).returns.toEqualTypeOf<PartitionSupervisorRef<DynamicSupervisorRef<Shard>>>();
  const nested = partitionSupervisor({ name: 'ps', child: supervisor({ strategy: 'one_for_one', children: [] }) });
  expect(nested.type).toBe('supervisor');
});
