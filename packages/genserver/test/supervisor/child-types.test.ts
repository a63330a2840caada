import { expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  type AgentRef,
  agent,
  child,
  type ChildSpec,
  dynamicSupervisor,
  type DynamicSupervisorRef,
  GenServer,
  ignore,
  type PartitionSupervisorRef,
  partitionSupervisor,
  registry,
  type ServerRef,
  supervisor,
  type SupervisorRef,
  taskSupervisor,
} from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Shard extends GenServer<number> {
  override init(shard: number): number {
    return shard;
  }
  shard(): number {
    return this.state;
  }
}

class Other extends GenServer {}

test('the functions that options take need no annotations', async () => {
  const { runtime } = newRuntime();
  const shards = partitionSupervisor({
    name: 'shards',
    partitions: 2,
    child: (partition) => child(Shard, { args: [partition] }),
  });
  expectTypeOf(shards).toEqualTypeOf<ChildSpec<PartitionSupervisorRef<ServerRef<Shard>>>>();
  const found = supervisor({ id: 'found', init: () => ({ strategy: 'one_for_one', children: [shards] }) });
  expectTypeOf(found).toEqualTypeOf<ChildSpec<SupervisorRef | undefined>>();
  supervisor({ id: 'later', init: async () => ({ strategy: 'rest_for_one', children: [Other] }) });
  supervisor({ id: 'none', init: () => (shards ? ignore() : { strategy: 'one_for_all', children: [] }) });
  dynamicSupervisor({ id: 'few', init: () => ({ maxChildren: 2 }) });
  await runtime.start(found);
  const route = runtime.partitionSupervisor<ServerRef<Shard>>('shards').route(1);
  expect(await route.call.shard()).toBe(1);
});

test('whatever has a specification can be started under a dynamic supervisor (DYN-004)', async () => {
  const { runtime } = newRuntime();
  const pool: DynamicSupervisorRef<Shard> = await runtime.startDynamicSupervisor<Shard>({ name: 'pool' });
  const count = await pool.startChild(agent({ initial: () => 1 }));
  expectTypeOf(count).toEqualTypeOf<AgentRef<number>>();
  expect(await count.get((value) => value)).toBe(1);
  await pool.startChild(registry({ name: 'rooms', keys: 'unique' }));
  await pool.startChild(taskSupervisor({ name: 'tasks' }));
  await pool.startChild(partitionSupervisor({ name: 'parts', partitions: 1, child: Other }));
  await pool.startChild(supervisor({ name: 'sub', strategy: 'one_for_one', children: [] }));
  await pool.startChild(child(Shard, { args: [1] }));
  // @ts-expect-error No Shard: a server of another class.
  await pool.startChild(child(Other));
  expect(await pool.countChildren()).toMatchObject({ active: 7 });
});

test('a registry as a child takes all that a child takes, checked (REG-001, SUP-012)', async () => {
  const backoff = { initialMs: 10 };
  const mailbox = { limit: 9, overflow: 'reject' } as const;
  const options = { name: 'rooms', keys: 'unique', restart: 'transient' } as const;
  const spec = registry({ ...options, significant: true, backoff, mailbox });
  expect(spec).toMatchObject({ id: 'rooms', restart: 'transient', significant: true, backoff, start: { mailbox } });
  expect(() => registry({ ...options, id: '' })).toThrow('Expected `id`');
  expect(() => registry({ ...options, restart: '' as 'transient' })).toThrow('Expected `restart`');
  expect(() => registry({ ...options, backoff: { initialMs: 0 } })).toThrow('Expected `backoff.initialMs`');
});
