import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { child, type DynamicSupervisorRef, type ExitReason, GenServer, type ServerRef } from '@rookery/genserver';
import { TtlCache, type TtlCacheRef } from '@rookery/ttl-cache';
import {
  DynamicSupervisor,
  feature,
  getServerToken,
  InjectServer,
  InjectSupervisor,
  Supervised,
  SupervisionModule,
  Supervisor,
} from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

const started: string[] = [];

abstract class Recorded extends GenServer {
  override init(): void {
    this.self.trapExit(true);
    started.push(`+${this.self.name}`);
  }
  override terminate(_reason: ExitReason): void {
    started.push(`-${this.self.name}`);
  }
}

@Supervised()
class First extends Recorded {}

@Supervised()
class Last extends Recorded {}

@Injectable()
class Rules {
  readonly players = 2;
}

@Supervised()
class Lobby extends Recorded {
  constructor(@Inject(Rules) private readonly rules: Rules) {
    super();
  }
  players(): number {
    return this.rules.players;
  }
}

@Supervised()
class Table extends Recorded {}

const SCORES = TtlCache.childSpec<string, number>({ name: 'scores' });

@Supervisor({ strategy: 'one_for_all', children: [Table, SCORES] })
class GamesSupervisor {}

@Injectable()
class LobbyUser {
  constructor(@InjectServer(Lobby) readonly lobby: ServerRef<Lobby>) {}
}

@Module({
  imports: [SupervisionModule.forFeature({ at: 'games', children: [Lobby, GamesSupervisor] })],
  providers: [Rules, Lobby, Table, LobbyUser],
})
class GamesModule {}

@Supervisor({ strategy: 'rest_for_one', children: [First, feature('games'), Last] })
class App {}

@Injectable()
class Elsewhere {
  constructor(
    @InjectServer(Lobby) readonly lobby: ServerRef<Lobby>,
    @InjectServer(SCORES) readonly scores: TtlCacheRef<string, number>,
  ) {}
}

describe('a feature module', () => {
  test('contributes children at the place that the tree keeps, with its own providers', async () => {
    started.length = 0;
    const { app, logger } = await boot(App, { imports: [GamesModule], providers: [First, Last] });
    expect(await app.get(LobbyUser).lobby.call.players()).toBe(2);
    expect(logger.lines.join('\n')).toMatch(
      /App \(rest_for_one\)\n.*First\n.*Lobby\n.*GamesSupervisor \(one_for_all\)\n.*Table\n.*scores\n.*Last/,
    );
    await app.close();
    expect(started).toEqual(['+First', '+Lobby', '+Table', '+Last', '-Last', '-Table', '-Lobby', '-First']);
  });

  test('is injectable everywhere, as all of the tree is', async () => {
    const { app } = await boot(App, { imports: [GamesModule], providers: [First, Last, Elsewhere] });
    const { lobby, scores: cache } = app.get(Elsewhere);
    expect([await lobby.call.players(), cache.isAlive]).toEqual([2, true]);
  });

  test('may be imported by several modules', async () => {
    @Module({ imports: [GamesModule] })
    class OtherModule {}
    const { runtime } = await boot(App, { imports: [GamesModule, OtherModule], providers: [First, Last] });
    expect(runtime.whereis('Lobby')).toBeDefined();
  });

  test('may keep places for others', async () => {
    @Supervisor({ strategy: 'one_for_one', children: [feature('tables')] })
    class Inner {}
    const imports = [
      SupervisionModule.forFeature({ at: 'tables', children: [Table] }),
      SupervisionModule.forFeature({ at: 'games', children: [Inner] }),
    ];
    const { runtime } = await boot(App, { imports, providers: [First, Last, Table] });
    const inner = await runtime.supervisor('Inner').whichChildren();
    expect(inner.map(({ id }) => id)).toEqual(['Table']);
  });

  test('may be missing where its place is optional', async () => {
    @Supervisor({ strategy: 'one_for_one', children: [feature('games', { optional: true }), Last] })
    class Modest {}
    const { runtime } = await boot(Modest, { providers: [Last] });
    expect((await runtime.supervisor('Modest').countChildren()).specs).toBe(1);
  });
});

describe('a feature that does not fit fails the boot, before anything starts', () => {
  const providers = [First, Last];

  test('a place that nobody fills', async () => {
    await expect(boot(App, { providers })).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_FEATURE_MISSING',
      message: expect.stringMatching(/App keeps a place by feature\('games'\).*forFeature.*optional: true/) as unknown,
    });
  });

  test('a place that is not there', async () => {
    @Module({ imports: [SupervisionModule.forFeature({ at: 'gmaes', children: [Table] })], providers: [Table] })
    class TypoModule {}
    await expect(boot(App, { imports: [GamesModule, TypoModule], providers })).rejects.toMatchObject({
      kind: 'feature_unknown',
      message: expect.stringMatching(/'gmaes'.*module TypoModule.*it has 'games'/) as unknown,
    });
  });

  test('two modules for one place', async () => {
    @Module({ imports: [SupervisionModule.forFeature({ at: 'games', children: [] })] })
    class SecondModule {}
    await expect(boot(App, { imports: [GamesModule, SecondModule], providers })).rejects.toMatchObject({
      kind: 'feature_taken',
      message: expect.stringMatching(/modules GamesModule, SecondModule/) as unknown,
    });
  });

  test.each([
    ['a class that is in the tree already', () => [First], 'listed_twice'],
    ['a name that is taken', () => [child(Table, { name: 'Last' })], 'name_taken'],
    ['a class that no module provides', () => [Table], 'not_provided'],
  ])('%s', async (_, children, kind) => {
    const imports = [SupervisionModule.forFeature({ at: 'games', children: children() })];
    await expect(boot(App, { imports, providers })).rejects.toMatchObject({ kind });
  });
});

test.each([
  ['no options', undefined, /`options` to be \{ at: 'games'/],
  ['no place', { children: [] }, /`at` to be the name of a feature/],
  ['no children', { at: 'games' }, /`children of feature 'games'` to be an array/],
  ['a child without decorator', { at: 'games', children: [Rules] }, /Rules is a child of feature 'games'/],
  ['a child that is undefined', { at: 'games', children: [undefined] }, /A child of feature 'games' is undefined/],
  ['a child listed twice', { at: 'games', children: [Table, Table] }, /Table is in the tree twice/],
])('a contribution that makes no sense is refused when it is declared: %s', (_, options, message) => {
  expect(() => SupervisionModule.forFeature(options as never)).toThrow(message);
});

test.each([
  [[''], /`feature` to be a name/],
  [['x', { optional: 1 }], /`optional` to be a boolean/],
])('a place that makes no sense is refused: feature(%p)', (args, message) => {
  expect(() => feature(...(args as [string]))).toThrow(message);
});

describe('a module that is loaded lazily', () => {
  @DynamicSupervisor()
  class Reports {}

  @Supervisor({ strategy: 'one_for_one', children: [Reports] })
  class Root {}

  class Report extends GenServer {
    constructor(@Inject(Rules) private readonly rules: Rules) {
      super();
    }
    players(): number {
      return this.rules.players;
    }
  }

  async function load(module: () => Type<unknown>): Promise<DynamicSupervisorRef> {
    const { app } = await boot(Root, { providers: [Reports] });
    const reports: DynamicSupervisorRef = app.get(getServerToken(Reports));
    // Nobody provides it yet, which must not be remembered.
    await expect(reports.startChild(child(Report))).rejects.toMatchObject({ cause: { kind: 'not_provided' } });
    await app.get(LazyModuleLoader).load(async () => module(), { logger: false });
    return reports;
  }

  test('brings servers that a dynamic supervisor starts, with their injection', async () => {
    @Module({ providers: [Rules, Report] })
    class ReportsModule {}
    const reports = await load(() => ReportsModule);
    const report = await reports.startChild(child(Report));
    expect(await report.call.players()).toBe(2);
  });

  test('cannot contribute to a tree that is up', async () => {
    const loading = load(() => {
      @Module({ imports: [SupervisionModule.forFeature({ at: 'late', children: [] })] })
      class LateModule {}
      return LateModule;
    });
    await expect(loading).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_FEATURE_TOO_LATE',
      message: expect.stringMatching(/'late'.*loaded lazily.*@DynamicSupervisor/) as unknown,
    });
  });

  test('gets refs of the tree like any other', async () => {
    class User {
      constructor(@InjectSupervisor(Reports) readonly reports: DynamicSupervisorRef) {}
    }
    Injectable()(User);
    const { app } = await boot(Root, { providers: [Reports] });
    @Module({ providers: [User] })
    class UserModule {}
    const loaded = await app.get(LazyModuleLoader).load(async () => UserModule, { logger: false });
    expect((await loaded.get(User).reports.countChildren()).active).toBe(0);
  });
});
