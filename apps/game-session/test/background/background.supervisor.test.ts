import { afterEach, describe, expect, test } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { refuse } from '@rookery/genserver';
import { SupervisionModule } from '@rookery/nestjs';
import { CircuitBreakerModule } from '@rookery/nestjs/circuit-breaker';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';
import { AppSupervisor, CoreSupervisor, DatabaseSupervisor, WebSupervisor } from '../../src/app.supervisor.js';
import { BackgroundModule } from '../../src/background/background.module.js';
import { BackgroundSupervisor } from '../../src/background/background.supervisor.js';
import { EmailWorker } from '../../src/mail/email-worker.server.js';
import { OPEN_MAILER, type OpenMailer } from '../../src/mail/mailer.js';
import { AppHealth } from '../../src/operations/app.health.js';
import { Operators } from '../../src/operations/operators.js';
import { Lobby } from '../../src/presence/lobby.server.js';
import { GameRegistry } from '../../src/sessions/game-registry.js';
import { SETTINGS } from '../../src/settings.js';
import { Repo } from '../../src/store/repo.server.js';
import { UserManager } from '../../src/users/user-manager.server.js';
import { systemWallClock, WALL_CLOCK } from '../../src/wall-clock.js';
import { settingsWith } from '../support/settings.js';

/** Of each layer before the jobs one server. */
const PLAYERS_NEED = ['Repo', 'UserManager', 'Lobby'];
const JOBS = ['Jobs', 'EmailWorker', 'ReportGenerator', 'DataCleanup'];

@Global()
@Module({
  imports: [CircuitBreakerModule.forRoot()],
  providers: [
    AppSupervisor,
    DatabaseSupervisor,
    CoreSupervisor,
    WebSupervisor,
    GameRegistry,
    AppHealth,
    Operators,
    { provide: SETTINGS, useValue: settingsWith() },
    { provide: WALL_CLOCK, useValue: systemWallClock },
  ],
  exports: [SETTINGS, WALL_CLOCK, Operators],
})
class AroundModule {}

const used: SupervisionTestingModule[] = [];

afterEach(async () => {
  for (const app of used.splice(0)) {
    await app.close();
    await app.assertNoLeaks();
  }
});

describe('a background job that crashes', () => {
  test('once is back, and no other job notices', async () => {
    const app = await newApp();
    const [worker, ...others] = pidsOf(app, ['EmailWorker', ...JOBS]);
    await app.module.crash(EmailWorker);
    expect(pidsOf(app, ['EmailWorker'])).not.toEqual([worker]);
    expect(pidsOf(app, ['Jobs', 'ReportGenerator', 'DataCleanup'])).toEqual([others[0], others[2], others[3]]);
    expect(await app.health()).toBe('healthy');
  });

  test.each(['at each start', 'as soon as it works'] as const)(
    '%s takes the other jobs along, and nobody a player needs: the app is degraded',
    async (when) => {
      const app = await newApp();
      const before = pidsOf(app, PLAYERS_NEED);
      app.breakMails(when);
      await app.module.crash(EmailWorker);
      await app.module.clock.advance(60_000);

      expect(pidsOf(app, JOBS)).toEqual([undefined, undefined, undefined, undefined]);
      expect(pidsOf(app, PLAYERS_NEED)).toEqual(before);
      expect(app.gaveUp()).toBe(false);
      expect(await app.health()).toBe('degraded');
    },
  );

  test('is started again with all jobs when a layer before them is, and by an operator', async () => {
    const app = await newApp();
    const { runtime } = app.module;
    for (const start of [
      async () => runtime.kill('CoreSupervisor'),
      () => runtime.supervisor('AppSupervisor').restartChild('BackgroundSupervisor'),
    ]) {
      app.breakMails('at each start');
      await app.module.crash(EmailWorker);
      await app.module.settle();
      expect(pidsOf(app, ['DataCleanup'])).toEqual([undefined]);
      app.repairMails();
      await start();
      await app.module.settle();
      expect(pidsOf(app, JOBS)).not.toContain(undefined);
      expect(await app.health()).toBe('healthy');
    }
  });

  test('in its very first start ends the start of the app: a new version that cannot work is not taken for one that can', async () => {
    const app = testApp();
    app.breakMails('at each start');
    await expect(app.compile()).rejects.toThrow('EmailWorker');
  });
});

interface TestApp {
  readonly module: SupervisionTestingModule;
  breakMails(when: 'at each start' | 'as soon as it works'): void;
  repairMails(): void;
  gaveUp(): boolean;
  /** What is said of the jobs. */
  health(): Promise<string>;
}

async function newApp(): Promise<TestApp> {
  const app = testApp();
  const module = await app.compile();
  return { ...app, module, health: async () => (await module.get(AppHealth).jobs()).kind };
}

function testApp(): Omit<TestApp, 'module' | 'health'> & { compile(): Promise<SupervisionTestingModule> } {
  let broken: 'at each start' | 'as soon as it works' | undefined;
  let hasGivenUp = false;
  const openMailer: OpenMailer = () => {
    if (broken === 'at each start') throw new Error('broken for good');
    return { send: () => Promise.resolve(), close: () => {} };
  };
  const pendingMails = (): never[] => (broken === undefined ? [] : refuse(new TypeError('a mistake of ours')));
  return {
    breakMails: (when) => (broken = when),
    repairMails: () => (broken = undefined),
    gaveUp: () => hasGivenUp,
    compile: async () => {
      const module = await SupervisionTestingModule.createTestingModule({
        imports: [SupervisionModule.forRoot({ root: AppSupervisor }), AroundModule, BackgroundModule],
      })
        .overrideProvider(OPEN_MAILER)
        .useValue(openMailer)
        .overrideServer(Repo)
        .useFake({ pendingMails })
        .overrideServer(UserManager)
        .useFake({})
        .overrideServer(Lobby)
        .useFake({})
        .overrideSettings({ onGiveUp: () => void (hasGivenUp = true) })
        .startOnly(BackgroundSupervisor, GameRegistry)
        .compile();
      module.useLogger(false); // crashes are told there, and are what is wanted here
      used.push(module);
      return module.init();
    },
  };
}

function pidsOf({ module }: TestApp, names: readonly string[]): readonly unknown[] {
  return names.map((name) => module.runtime.whereis(name));
}
