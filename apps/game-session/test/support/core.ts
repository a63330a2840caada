import { afterEach, beforeEach } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  child,
  dynamicSupervisor,
  type DynamicSupervisorRef,
  Registry,
  Runtime,
  type ServerRef,
  type TreeNode,
} from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { GAME_REGISTRY, gameName } from '../../src/games/game-name.js';
import { GameSession } from '../../src/games/game-session.server.js';
import { Lobby } from '../../src/games/lobby.server.js';
import { MoveLog } from '../../src/games/move-log.server.js';
import { settingsWith } from './settings.js';

export const GRACE_MS = 60_000;

/** The core of the app without Nest, on a clock that stands still. */
export interface Core {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly lobby: ServerRef<Lobby>;
  readonly log: ServerRef<MoveLog>;
  readonly sessions: DynamicSupervisorRef<GameSession>;
  /** What the servers have logged. */
  readonly lines: readonly string[];
  /** The session of a game. */
  session(id: string): ServerRef<GameSession>;
  /** The session of a game in the tree, wherever it is now. */
  node(id: string): TreeNode | undefined;
}

/** Every core made in a test is stopped after it, and must have left nothing behind. */
export function useCores(): (options?: { readonly maxChildren?: number }) => Promise<Core> {
  const used: Core[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { runtime } of used) await runtime.shutdown();
    Logger.overrideLogger(true);
    await leaks.assertNone(...used.splice(0));
  });

  return async ({ maxChildren = 100 } = {}) => {
    const lines = captureLog();
    const clock = new ManualClock();
    const runtime = newRuntime(clock);
    await startTree(runtime, maxChildren);
    const core = { runtime, clock, lines, ...refsOf(runtime) };
    used.push(core);
    return core;
  };
}

/** Makes the servers as Nest would: with what their constructors want. */
function newRuntime(clock: ManualClock): Runtime {
  const runtime: Runtime = new Runtime({
    clock,
    create: (serverClass: unknown) => {
      const { log, sessions } = refsOf(runtime);
      if (serverClass === GameSession) {
        return new GameSession(log, settingsWith({ finishedGraceMs: GRACE_MS }));
      }
      if (serverClass === Lobby) return new Lobby(log, sessions);
      return serverClass === MoveLog ? new MoveLog() : new Registry();
    },
  });
  return runtime;
}

function refsOf(runtime: Runtime): Omit<Core, 'runtime' | 'clock' | 'lines'> {
  return {
    lobby: runtime.ref(Lobby, 'Lobby'),
    log: runtime.ref(MoveLog, 'MoveLog'),
    sessions: runtime.dynamicSupervisor('GameSessions'),
    session: (id) => runtime.ref(GameSession, gameName(id)),
    node: (id) => find(runtime.tree(), `${GAME_REGISTRY}/${id}`),
  };
}

/** The same children as CoreSupervisor's. */
async function startTree(runtime: Runtime, maxChildren: number): Promise<void> {
  await runtime.startSupervisor({
    name: 'CoreSupervisor',
    strategy: 'rest_for_one',
    children: [
      child(MoveLog, { name: 'MoveLog' }),
      child(Registry, { args: [{ keys: 'unique' }], name: GAME_REGISTRY }),
      dynamicSupervisor({ name: 'GameSessions', maxChildren, maxRestarts: 5 }),
      child(Lobby, { name: 'Lobby' }),
    ],
  });
}

function find(nodes: readonly TreeNode[], name: string): TreeNode | undefined {
  return nodes.find((node) => node.name === name) ?? nodes.flatMap(({ children }) => find(children, name) ?? [])[0];
}

function captureLog(): readonly string[] {
  const lines: string[] = [];
  const note = (line: unknown): void => void lines.push(String(line));
  Logger.overrideLogger({ log: note, error: note, warn: note });
  return lines;
}
