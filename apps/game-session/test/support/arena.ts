import { afterEach, beforeEach } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  child,
  dynamicSupervisor,
  type DynamicSupervisorRef,
  type GenServer,
  registry,
  Runtime,
  type ServerRef,
  supervisor,
} from '@rookery/genserver';
import { LeakDetector, ManualClock, settle } from '@rookery/genserver/testing';
import type { Computer } from '../../src/computer/computer.js';
import { Audience } from '../../src/presence/audience.js';
import { DeliveryFigures } from '../../src/presence/delivery.js';
import { Lobby } from '../../src/presence/lobby.server.js';
import { UserSession } from '../../src/presence/user-session.server.js';
import { gameName } from '../../src/sessions/game-registry.js';
import { GameResumer } from '../../src/sessions/game-resumer.server.js';
import { GameSession } from '../../src/sessions/game-session.server.js';
import { Games } from '../../src/sessions/games.js';
import { Places } from '../../src/sessions/places.js';
import type { GameTimes } from '../../src/sessions/turn-clock.js';
import type { Settings } from '../../src/settings.js';
import { SessionManager } from '../../src/sessions/session-manager.server.js';
import type { PlayerRecord, Standing } from '../../src/store/records.js';
import { Repo } from '../../src/store/repo.server.js';
import { UserManager } from '../../src/users/user-manager.server.js';
import { Disk, FakeRepo } from './fake-repo.js';
import { FakeComputer } from './fake-computer.js';

/** When the clock of an arena stands at 0. */
export const START = Date.UTC(2026, 0, 1);

export const TIMES = { turnMs: 120_000, waitingMs: 600_000, finishedGraceMs: 60_000 } as const;

/** The servers of games, users and presence without Nest, on a clock that stands still and a store in memory. */
export interface Arena {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly disk: Disk;
  readonly computer: FakeComputer;
  readonly games: Games;
  readonly manager: ServerRef<SessionManager>;
  readonly users: ServerRef<UserManager>;
  readonly lobby: ServerRef<Lobby>;
  readonly connections: DynamicSupervisorRef<UserSession>;
  readonly figures: DeliveryFigures;
  /** Who leads. */
  readonly leaders: Standing[];
  /** What was logged. */
  readonly lines: readonly string[];
  session(id: string): ServerRef<GameSession>;
  /** Lets all that can happen without time happen. */
  settle(): Promise<void>;
}

export interface ArenaOptions extends Partial<GameTimes & Pick<Settings, 'maxGames' | 'maxGamesPerPlayer'>> {
  /** What an earlier run has left. */
  readonly disk?: Disk;
  /** When the clock stands at 0. */
  readonly startsAt?: number;
}

/** Every arena made in a test is stopped after it, and must have left nothing behind. */
export function useArenas(): (options?: ArenaOptions) => Promise<Arena> {
  const used: Arena[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { runtime } of used) await runtime.shutdown();
    Logger.overrideLogger(true);
    await leaks.assertNone(...used.splice(0));
  });

  return async (options = {}) => {
    const arena = newArena(options);
    used.push(arena);
    await startTree(arena.runtime);
    return arena;
  };
}

export function playerOf(name: string, email: string | null = null): PlayerRecord {
  return { id: `id-of-${name}`, name, email, createdAt: new Date(START) };
}

function newArena({ disk = new Disk(), startsAt = START, ...settings }: ArenaOptions): Arena {
  const lines = captureLog();
  const clock = new ManualClock();
  const [computer, figures, leaders] = [new FakeComputer(), new DeliveryFigures(), [] as Standing[]];
  const now = (): Date => new Date(startsAt + clock.now());
  const factories = new Map<unknown, () => GenServer<never>>();
  const runtime = new Runtime({
    clock,
    create: (serverClass: unknown) => factories.get(serverClass)?.(),
  });
  const repo = runtime.ref(Repo, 'Repo');
  const [games, presence, watchers] = [
    runtime.registry<string, never>('games'),
    runtime.registry<string, never>('presence'),
    runtime.registry<string, never>('watchers'),
  ];
  const manager = runtime.ref(SessionManager, 'SessionManager');
  const lobby = runtime.ref(Lobby, 'Lobby');
  const sessions = runtime.dynamicSupervisor<GameSession>('GameSessions');
  const all = { ...TIMES, maxGames: 100, maxGamesPerPlayer: 1_000, ...settings };
  const places = new Places(repo, all);
  const audience = new Audience(presence, watchers);
  const opponent = computer as unknown as Computer;
  const made: readonly (readonly [unknown, () => unknown])[] = [
    [Repo, () => new FakeRepo(disk, now)],
    [UserManager, () => new UserManager(repo, now)],
    [SessionManager, () => new SessionManager(runtime, repo, games, sessions, places, all)],
    [GameSession, () => new GameSession(repo, games, audience, opponent, all, now)],
    [GameResumer, () => new GameResumer(repo, sessions)],
    [Lobby, () => new Lobby(audience, games, presence, { top: async () => [...leaders] })],
    [UserSession, () => new UserSession(runtime, presence, watchers, lobby, figures, now)],
  ];
  for (const [serverClass, create] of made) factories.set(serverClass, create as () => GenServer<never>);
  return {
    runtime,
    clock,
    disk,
    computer,
    games: new Games(runtime, manager, repo, games, places),
    manager,
    users: runtime.ref(UserManager, 'UserManager'),
    lobby,
    connections: runtime.dynamicSupervisor<UserSession>('UserSessions'),
    figures,
    leaders,
    lines,
    session: (id) => runtime.ref(GameSession, gameName(id)),
    settle: () => settle(runtime),
  };
}

/** The same children, in the same order, as in the tree of the app. */
async function startTree(runtime: Runtime): Promise<void> {
  const database = [child(Repo, { name: 'Repo' })];
  const core = [
    registry({ name: 'presence', keys: 'duplicate' }),
    registry({ name: 'watchers', keys: 'duplicate' }),
    registry({ name: 'games', keys: 'unique' }),
    child(UserManager, { name: 'UserManager' }),
    child(SessionManager, { name: 'SessionManager' }),
    dynamicSupervisor({ name: 'GameSessions', maxRestarts: 20 }),
    child(GameResumer, { name: 'GameResumer', restart: 'transient' }),
  ];
  const web = [child(Lobby, { name: 'Lobby' }), dynamicSupervisor({ name: 'UserSessions' })];
  await runtime.startSupervisor({
    name: 'AppSupervisor',
    strategy: 'rest_for_one',
    children: [
      supervisor({ name: 'DatabaseSupervisor', strategy: 'one_for_one', children: database }),
      supervisor({ name: 'CoreSupervisor', strategy: 'rest_for_one', children: core }),
      supervisor({ name: 'WebSupervisor', strategy: 'one_for_one', children: web }),
    ],
  });
}

function captureLog(): readonly string[] {
  const lines: string[] = [];
  const note = (line: unknown): void => void lines.push(String(line));
  Logger.overrideLogger({ log: note, error: note, warn: note });
  return lines;
}
