import { expect, test } from '@jest/globals';
import {
  agent,
  type ChildDefaults,
  GenServer,
  partitionSupervisor,
  registry,
  Runtime,
  type ServerRef,
  taskSupervisor,
} from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

@Supervised({ restart: 'transient', significant: true, shutdownMs: 10 })
class Import extends GenServer {
  finish(): void {
    this.self.stop();
  }
}

@Supervised({ backoff: false })
class Progress extends GenServer {}

@Supervised()
class Lonely extends GenServer {}

@Supervisor({
  strategy: 'one_for_one',
  restart: 'temporary',
  autoShutdown: 'any_significant',
  children: [Progress, Import],
})
class ImportJob {}

@Supervisor({ strategy: 'one_for_one', backoff: { initialMs: 60_000 }, children: [ImportJob, Lonely] })
class App {}

test('a significant class ends its supervisor class when it has done its work', async () => {
  const { app, runtime } = await boot(App, { providers: [Progress, Import, ImportJob, Lonely, App] });
  await app.init();
  const job: ServerRef<Import> = app.get(Runtime).ref(Import, 'Import');
  expect([runtime.whereis('ImportJob'), job.isAlive]).toEqual([expect.any(Number), true]);
  job.cast.finish();
  await settle(runtime);
  expect(['App', 'ImportJob', 'Progress', 'Import'].map((name) => runtime.whereis(name) !== undefined)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a supervisor class puts the restarts of its children off, unless a class says otherwise', async () => {
  const { app, runtime } = await boot(App, { providers: [Progress, Import, ImportJob, Lonely, App] });
  await app.init();
  runtime.kill('Lonely');
  await settle(runtime);
  const lonely = await runtime.supervisor('App').whichChild('Lonely');
  expect([lonely.state, lonely.restartInMs]).toEqual(['restarting', expect.any(Number)]);
  expect(await runtime.supervisor('ImportJob').getChildSpec('Progress')).toMatchObject({ backoff: false });
  expect(await runtime.supervisor('ImportJob').getChildSpec('Import')).toMatchObject({
    shutdownMs: 10,
    significant: true,
  });
});

@Supervised({ restart: 'transient' })
class Modest extends GenServer {
  static override readonly childDefaults: ChildDefaults = {
    restart: 'temporary',
    shutdownMs: 70,
    mailbox: { limit: 2, overflow: 'reject' },
  };
}

@Supervised({ mailbox: { limit: 1, overflow: 'reject' } })
class Small extends GenServer {
  idle(): void {}
}

@Supervisor({ strategy: 'one_for_one', children: [Modest, Small] })
class Modesty {}

test('what a class says about itself as a child holds where its decorator is silent (GS-090)', async () => {
  const { runtime } = await boot(Modesty, { providers: [Modest, Small, Modesty] });
  const modest = await runtime.supervisor('Modesty').getChildSpec('Modest');
  expect(modest).toMatchObject({ restart: 'transient', shutdownMs: 70 });
  expect(Modest.childDefaults.mailbox).toEqual({ limit: 2, overflow: 'reject' });
});

test('a class says how many messages may wait for it (PROC-043)', async () => {
  const { runtime } = await boot(Modesty, { providers: [Modest, Small, Modesty] });
  const small = runtime.ref(Small, 'Small');
  for (let sent = 0; sent < 3; sent++) small.cast.idle();
  expect(runtime.stats().dropped.overflow).toBe(2);
  await settle(runtime);
});

@Supervised({ restart: 'temporary' })
class Shard extends GenServer {
  where(): string {
    return this.self.name;
  }
}

@Supervisor({
  strategy: 'one_for_one',
  children: [
    registry({ name: 'rooms', keys: 'unique' }),
    taskSupervisor({ name: 'jobs' }),
    agent({ name: 'hits', initial: () => 5 }),
    partitionSupervisor({ name: 'shards', partitions: 2, child: Shard }),
  ],
})
class Specs {}

test('whatever has a specification is a child of a supervisor class', async () => {
  const { runtime } = await boot(Specs, { providers: [Shard, Specs] });
  expect(runtime.registry('rooms').count()).toBe(0);
  expect(
    await runtime
      .taskSupervisor('jobs')
      .async(runtime, () => 4)
      .await(),
  ).toBe(4);
  expect(await runtime.agent<number>('hits').get((hits) => hits)).toBe(5);
  const shards = runtime.partitionSupervisor<ServerRef<Shard>>('shards');
  expect(await shards.route(1).call.where()).toContain('Shard');
});
