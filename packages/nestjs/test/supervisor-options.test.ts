import { expect, test } from '@jest/globals';
import { GenServer, Runtime, type ServerRef } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

@Supervised({ restart: 'transient', significant: true })
class Import extends GenServer {
  finish(): void {
    this.self.stop();
  }
}

@Supervised()
class Progress extends GenServer {}

@Supervisor({
  strategy: 'one_for_one',
  restart: 'temporary',
  autoShutdown: 'any_significant',
  children: [Progress, Import],
})
class ImportJob {}

@Supervisor({ strategy: 'one_for_one', children: [ImportJob] })
class App {}

test('a significant class ends its supervisor class when it has done its work', async () => {
  const { app, runtime } = await boot(App, { providers: [Progress, Import, ImportJob, App] });
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
