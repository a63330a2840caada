import { expect, test } from '@jest/globals';
import { GenServer, Runtime, type ServerRef } from '@rookery/genserver';
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
