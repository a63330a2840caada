import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  agent,
  type AgentRef,
  child,
  type DynamicSupervisorRef,
  GenServer,
  type PartitionSupervisorRef,
  registry,
  type RegistryRef,
  Runtime,
  type ServerRef,
  supervisor,
  type SupervisorRef,
  taskSupervisor,
  type TaskSupervisorRef,
  via,
} from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { TtlCache, type TtlCacheRef } from '@rookery/ttl-cache';
import {
  DynamicSupervisor,
  getAgentToken,
  getRegistryToken,
  getServerToken,
  getSupervisorToken,
  getTaskSupervisorToken,
  InjectAgent,
  InjectRegistry,
  InjectRuntime,
  InjectServer,
  InjectSupervisor,
  InjectTaskSupervisor,
  PartitionSupervisor,
  Registry,
  Supervised,
  SupervisionModule,
  Supervisor,
  TaskSupervisor,
} from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

@Registry({ keys: 'unique' })
class Rooms {}

@TaskSupervisor({ maxChildren: 2 })
class Jobs {}

@Injectable()
class Rate {
  readonly perCall = 2;
}

@Supervised({ args: [10] })
class Shard extends GenServer<number> {
  constructor(@Inject(Rate) private readonly rate: Rate) {
    super();
  }
  override init(initial: number): number {
    return initial;
  }
  add(): number {
    this.state += this.rate.perCall;
    return this.state;
  }
  crash(): void {
    throw new Error('crashed on purpose');
  }
}

@PartitionSupervisor({ partitions: 3, child: Shard })
class Shards {}

@Supervised()
class Room extends GenServer {
  where(): string {
    return this.self.name;
  }
}

@DynamicSupervisor({ child: Room })
class Sessions {}

const PROFILES = TtlCache.childSpec<string, number>({ name: 'profiles' });
const HITS = agent({ name: 'hits', initial: () => 5 });
const DEEP = registry<string>({ name: 'deep', keys: 'duplicate' });

@Supervisor({
  strategy: 'one_for_one',
  children: [
    Rooms,
    Jobs,
    Shards,
    Sessions,
    PROFILES,
    HITS,
    supervisor({ name: 'inner', strategy: 'one_for_one', children: [DEEP, taskSupervisor({ name: 'inner jobs' })] }),
  ],
})
class App {}

@Injectable()
class Host {
  @InjectRuntime() readonly runtime!: Runtime;
  @InjectRegistry('Rooms') readonly roomsByName!: RegistryRef<string>;
  @InjectServer('profiles') readonly profilesByName!: TtlCacheRef<string, number>;
  @InjectSupervisor('inner') readonly inner!: SupervisorRef;
  @InjectTaskSupervisor('inner jobs') readonly innerJobs!: TaskSupervisorRef;
  @InjectAgent('hits') readonly hitsByName!: AgentRef<number>;

  constructor(
    @InjectRegistry(Rooms) readonly rooms: RegistryRef<string>,
    @InjectTaskSupervisor(Jobs) readonly jobs: TaskSupervisorRef,
    @InjectSupervisor(Shards) readonly shards: PartitionSupervisorRef<ServerRef<Shard>>,
    @InjectSupervisor(Sessions) readonly sessions: DynamicSupervisorRef<Room>,
    @InjectSupervisor(App) readonly app: SupervisorRef,
    @InjectServer(PROFILES) readonly profiles: TtlCacheRef<string, number>,
    @InjectAgent(HITS) readonly hits: AgentRef<number>,
    @InjectRegistry(DEEP) readonly deep: RegistryRef<string>,
  ) {}
}

const providers = [Rate, Shard, Room, Host];

describe('whatever is in the tree is injected as what it is', () => {
  test('a registry class, whose names survive', async () => {
    const { app } = await boot(App, { providers });
    const { rooms, sessions, roomsByName } = app.get(Host);
    const red = await sessions.startChild(child(Room, { name: via(rooms, 'red') }));
    expect(await red.call.where()).toBe('Rooms/red');
    expect([rooms.count(), roomsByName]).toEqual([1, rooms]);
  });

  test('a task supervisor class, with its limit', async () => {
    const { app, runtime } = await boot(App, { providers });
    const { jobs } = app.get(Host);
    expect(await jobs.async(runtime, () => 4).await()).toBe(4);
    const { promise, resolve } = gate();
    const first = [jobs.async(runtime, () => promise), jobs.async(runtime, () => promise)];
    expect(() => jobs.async(runtime, () => 1)).toThrow(expect.objectContaining({ code: 'ERR_GENSERVER_MAX_CHILDREN' }));
    resolve();
    await Promise.all(first.map((each) => each.await()));
  });

  test('partitions of a class, made by Nest with the arguments of its decorator, and anew at a restart', async () => {
    const { app, runtime } = await boot(App, { providers });
    const { shards } = app.get(Host);
    const shard = shards.route('ada');
    expect([await shard.call.add(), await shard.call.add()]).toEqual([12, 14]);
    await expect(shard.call.crash()).rejects.toThrow('crashed on purpose');
    await settle(runtime);
    expect(await shards.route('ada').call.add()).toBe(12);
    expect(shards.partitions()).toBe(3);
  });

  test('a cache by its specification and by its name, over a restart', async () => {
    const { app, runtime } = await boot(App, { providers });
    const { profiles: cache, profilesByName } = app.get(Host);
    cache.put('ada', 1);
    expect(profilesByName.get('ada')).toEqual({ kind: 'found', value: 1 });
    runtime.kill('profiles');
    await settle(runtime);
    cache.put('bob', 2);
    expect([cache.get('ada').kind, cache.get('bob').kind]).toEqual(['not_found', 'found']);
  });

  test('an agent by its specification and by its name', async () => {
    const { app } = await boot(App, { providers });
    const { hits: byItself, hitsByName } = app.get(Host);
    await byItself.update((state) => state + 1);
    expect(await hitsByName.get((state) => state)).toBe(6);
  });

  test('what stands inside a specification', async () => {
    const { app, runtime } = await boot(App, { providers });
    const host = app.get(Host);
    expect((await host.inner.whichChildren()).map(({ id }) => id)).toEqual(['deep', 'inner jobs']);
    expect(await host.innerJobs.async(runtime, () => 7).await()).toBe(7);
    expect(host.deep.count()).toBe(0);
  });

  test('supervisors and the runtime', async () => {
    const { app, runtime } = await boot(App, { providers });
    const host = app.get(Host);
    expect(host.runtime).toBe(runtime);
    expect((await host.app.countChildren()).active).toBe(7);
  });

  test('by tokens in factories', async () => {
    const inject = [
      getServerToken(PROFILES),
      getSupervisorToken(Shards),
      getRegistryToken(Rooms),
      getTaskSupervisorToken(Jobs),
      getAgentToken('hits'),
      getServerToken('Shards'),
    ];
    const factory = { provide: 'all', useFactory: (...refs: readonly object[]) => refs.map(String), inject };
    const { app } = await boot(App, { providers: [...providers, factory] });
    expect(app.get('all')).toEqual(['profiles', 'Shards', 'Rooms', 'Jobs', 'hits', 'Shards']);
  });
});

test('a ref that a test overrides is overridden by its name, too', async () => {
  const fake = { count: () => 99 };
  const app = await Test.createTestingModule({
    imports: [SupervisionModule.forRoot({ root: App })],
    providers,
  })
    .overrideProvider(getRegistryToken(Rooms))
    .useValue(fake)
    .compile();
  const { rooms, roomsByName } = app.get(Host);
  expect([rooms, roomsByName]).toEqual([fake, fake]);
});

function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
