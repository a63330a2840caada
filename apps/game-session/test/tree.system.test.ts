import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { child, type DynamicSupervisorRef, formatTree, type ServerRef } from '@rookery/genserver';
import { getServerToken, getSupervisorToken, SupervisionModule } from '@rookery/nestjs';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';
import { TtlCacheModule } from '@rookery/nestjs/ttl-cache';
import { AppSupervisor, CoreSupervisor, DatabaseSupervisor } from '../src/app.supervisor.js';
import { Computer } from '../src/computer/computer.js';
import { ComputerModule } from '../src/computer/computer.module.js';
import { LEADERBOARD, Leaderboard } from '../src/leaderboard/leaderboard.js';
import { Lobby } from '../src/presence/lobby.server.js';
import { LOBBY } from '../src/presence/presence.js';
import { UserSession } from '../src/presence/user-session.server.js';
import { UserSessions } from '../src/presence/user-sessions.supervisor.js';
import { GamesModule } from '../src/sessions/games.module.js';
import type { GameView } from '../src/sessions/game-view.js';
import { Games } from '../src/sessions/games.js';
import { SessionManager } from '../src/sessions/session-manager.server.js';
import { SETTINGS } from '../src/settings.js';
import { openFolder } from '../src/store/embedded.js';
import type { PlayerRecord } from '../src/store/records.js';
import { Repo } from '../src/store/repo.server.js';
import type { Opener } from '../src/store/database.js';
import { STORE_OPTIONS } from '../src/store/store-options.js';
import { UserManager } from '../src/users/user-manager.server.js';
import type { LobbyView } from '../src/web/protocol.js';
import { systemWallClock, WALL_CLOCK } from '../src/wall-clock.js';
import { FakeComputer } from './support/fake-computer.js';
import { FakeOutlet } from './support/fake-outlet.js';
import { settingsWith } from './support/settings.js';

const settings = settingsWith({ computerThreads: 1 });

@Global()
@Module({
  imports: [TtlCacheModule.forFeature([{ name: LEADERBOARD, supervised: true }])],
  providers: [
    Repo,
    Leaderboard,
    { provide: SETTINGS, useValue: settings },
    {
      provide: STORE_OPTIONS,
      useFactory: () => ({ open: (opener: Opener) => openFolder(join(folder, 'db'), opener, 0) }),
    },
    { provide: WALL_CLOCK, useValue: systemWallClock },
  ],
  exports: [Leaderboard, SETTINGS, WALL_CLOCK],
})
class AroundModule {}

const folder = mkdtempSync(join(tmpdir(), 'tree-'));
let module: SupervisionTestingModule;
let computer: FakeComputer;

// One tree for all tests: a database takes its time to start.
beforeAll(async () => {
  computer = new FakeComputer();
  module = await SupervisionTestingModule.createTestingModule({
    imports: [
      SupervisionModule.forRoot({ root: AppSupervisor }),
      AroundModule,
      ComputerModule.register(settings),
      GamesModule,
    ],
  })
    .overrideProvider(Computer)
    .useValue(computer)
    .startOnly(DatabaseSupervisor, CoreSupervisor, Lobby, UserSessions)
    .compile();
  module.useLogger(false); // crashes are told there, and are what is wanted here
  await module.init();
});

afterAll(async () => {
  await module.close();
  await module.assertNoLeaks();
  rmSync(folder, { recursive: true });
});

test('the tree is as it is drawn', async () => {
  const draw = (): string => formatTree(module.runtime.tree()).replace(/PoolWatch<\d+>/, 'PoolWatch');
  while (!draw().includes('GameResumer (stopped)')) await nextTurn(); // it asks a real database
  expect(draw().split('\n')).toEqual([
    '└─ AppSupervisor (rest_for_one)',
    '   ├─ DatabaseSupervisor (one_for_one)',
    '   │  └─ Repo',
    '   ├─ CoreSupervisor (rest_for_one)',
    '   │  ├─ presence',
    '   │  ├─ watchers',
    '   │  ├─ games',
    '   │  ├─ leaderboard',
    '   │  ├─ computer',
    '   │  │  └─ PoolWatch',
    '   │  ├─ UserManager',
    '   │  ├─ SessionManager',
    '   │  ├─ GameSessions (dynamic)',
    '   │  └─ GameResumer (stopped)',
    '   └─ WebSupervisor (one_for_one)',
    '      ├─ Lobby',
    '      └─ UserSessions (dynamic)',
  ]);
});

async function newPlayer(name: string): Promise<PlayerRecord> {
  const users = module.get<ServerRef<UserManager>>(getServerToken(UserManager));
  return (await users.call.join(name, null)).player;
}

/** Once it is known again: games come back one after the other, from a real database. */
async function viewOf(games: Games, id: string): Promise<GameView> {
  for (;;) {
    try {
      return await games.view(id);
    } catch (error) {
      if (!['restarting', 'store_unavailable'].includes((error as { readonly reason: string }).reason)) throw error;
      await module.clock.advance(100);
    }
  }
}

test.each([
  ['Repo', Repo, false],
  ['UserManager', UserManager, true],
  ['SessionManager', SessionManager, true],
] as const)('a crash of %s ends no game', async (_, victim, takesSessionsAlong) => {
  const games = module.get(Games);
  const [ada, bob] = [await newPlayer('ada'), await newPlayer('bob')];
  const { id } = await games.quick(ada);
  await games.quick(bob);
  const { session } = await games.move(ada, id, 0, 3);
  await module.crash(victim);
  const after = await viewOf(games, id);
  expect(after).toMatchObject({ moves: [3], turn: 1 });
  expect(after.session.pid !== session.pid).toBe(takesSessionsAlong);
  expect(await games.move(bob, id, 1, 4)).toMatchObject({ moves: [3, 4] });
});

test('a session of a user is started with what it injects, and shows games', async () => {
  const games = module.get(Games);
  const ada = await newPlayer('ada');
  const { id } = await games.open(ada, { computer: 1 });
  const outlet = new FakeOutlet();
  const connections = module.get<DynamicSupervisorRef<UserSession>>(getSupervisorToken(UserSessions));
  const session = await connections.startChild(child(UserSession, { args: [ada, outlet] }));
  await session.call.watch(id);
  await session.call.watch(LOBBY);
  await games.move(ada, id, 0, 3);
  computer.answer(2);
  await module.clock.advance(1_000);
  while ((outlet.of('game').at(-1) as GameView).moves.length < 2) await module.clock.advance(1_000);
  expect(outlet.of('game').at(-1)).toMatchObject({ moves: [3, 2], turn: 0 });
  await module.clock.advance(1_000);
  const lobby = outlet.of('lobby').at(-1) as LobbyView;
  expect(lobby.online).toMatchObject([{ id: ada.id }]);
  expect(lobby.playing.map((game) => game.id)).toContain(id);
});
