import { describe, expect, test } from '@jest/globals';
import { child, type ServerRef } from '@rookery/genserver';
import { SLOW_BYTES, TOO_SLOW_MS } from '../../src/presence/delivery.js';
import { LOBBY, type PresenceEntry } from '../../src/presence/presence.js';
import { MOST_TOPICS, UserSession } from '../../src/presence/user-session.server.js';
import type { GameView } from '../../src/sessions/game-view.js';
import type { PlayerRecord } from '../../src/store/records.js';
import { type Arena, START, useArenas } from '../support/arena.js';
import { FakeOutlet } from '../support/fake-outlet.js';
import { ada, bob, crash, eve, newGame } from '../support/play.js';

const newArena = useArenas();

interface Connection {
  readonly outlet: FakeOutlet;
  readonly session: ServerRef<UserSession>;
}

async function connect({ connections }: Arena, { id, name }: PlayerRecord): Promise<Connection> {
  const outlet = new FakeOutlet();
  const session = await connections.startChild(child(UserSession, { args: [{ id, name }, outlet] }));
  return { outlet, session };
}

function presenceOf({ runtime }: Arena, player: PlayerRecord): readonly PresenceEntry[] {
  return runtime
    .registry<string, PresenceEntry>('presence')
    .lookup(player.id)
    .map(({ value }) => value);
}

function lastGame({ outlet }: Connection): GameView | undefined {
  return outlet.of('game').at(-1) as GameView | undefined;
}

describe('presence', () => {
  test('is the start and the last activity of each window, and gone with it', async () => {
    const arena = await newArena();
    const first = await connect(arena, ada);
    await arena.clock.advance(37_000);
    await connect(arena, ada);
    await first.session.call.touch();
    expect(presenceOf(arena, ada)).toEqual([
      { name: 'ada', startedAt: START + 37_000, lastActivity: START + 37_000 },
      { name: 'ada', startedAt: START, lastActivity: START + 37_000 },
    ]);
    first.session.cast.leave();
    await arena.settle();
    expect(presenceOf(arena, ada)).toHaveLength(1);
  });

  test('shows in the games of the player', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    expect(await arena.games.view(id)).toMatchObject({ seats: [{ online: false }, { online: false }] });
    await connect(arena, bob);
    expect(await arena.games.view(id)).toMatchObject({ seats: [{ online: false }, { online: true }] });
  });
});

describe('who watches a game', () => {
  test('is shown how it is, and each change of it', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const connection = await connect(arena, ada);
    await connection.session.call.watch(id);
    await arena.clock.advance(250);
    expect(connection.outlet.of('game')).toMatchObject([
      { id, moves: [], seats: [{ online: true }, { online: false }] },
    ]);
    await arena.games.move(ada, id, 0, 3);
    await arena.settle();
    expect(lastGame(connection)).toMatchObject({ moves: [3], turn: 1 });
  });

  test('sees a move only when it is stored', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const connection = await connect(arena, ada);
    await connection.session.call.watch(id);
    await arena.clock.advance(250);
    arena.disk.fault = 'away';
    await arena.games.move(ada, id, 0, 3).catch(() => {});
    await arena.clock.advance(5_000);
    expect(lastGame(connection)).toMatchObject({ moves: [] });
  });

  test('sees the other process after a crash, and goes on being shown', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    const connection = await connect(arena, ada);
    await connection.session.call.watch(id);
    await crash(arena, id);
    expect(lastGame(connection)).toMatchObject({ moves: [3], session: { restored: true } });
    await arena.games.move(bob, id, 1, 4);
    await arena.settle();
    expect(lastGame(connection)).toMatchObject({ moves: [3, 4], spectators: 0 });
  });

  test('counts as a spectator, once, unless they play; and no more when they have left', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const [player, one, again] = [await connect(arena, ada), await connect(arena, eve), await connect(arena, eve)];
    for (const { session } of [player, one, again]) await session.call.watch(id);
    await arena.clock.advance(250);
    expect(lastGame(player)?.spectators).toBe(1);
    one.session.cast.leave();
    await again.session.call.unwatch(id);
    await arena.clock.advance(250);
    expect(lastGame(player)?.spectators).toBe(0);
  });

  test('is no spectator any more when they leave after the session of the game has crashed', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const [player, spectator] = [await connect(arena, ada), await connect(arena, eve)];
    for (const { session } of [player, spectator]) await session.call.watch(id);
    await crash(arena, id);
    spectator.session.cast.leave();
    await arena.clock.advance(250);
    expect(lastGame(player)?.spectators).toBe(0);
  });

  test('comings and goings are shown together, four times a second', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const connection = await connect(arena, ada);
    await connection.session.call.watch(id);
    for (let n = 0; n < 30; n++) await (await connect(arena, eve)).session.call.watch(id);
    await arena.clock.advance(250);
    expect(connection.outlet.of('game')).toHaveLength(1);
  });

  test('is shown nothing after unwatch', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const connection = await connect(arena, ada);
    await connection.session.call.watch(id);
    await connection.session.call.unwatch(id);
    await arena.games.move(ada, id, 0, 3);
    await arena.clock.advance(1_000);
    expect(connection.outlet.sent).toEqual([]);
  });

  test('cannot watch any number of games', async () => {
    const arena = await newArena();
    const { session } = await connect(arena, ada);
    for (let n = 0; n < MOST_TOPICS; n++) await session.call.watch(String(n));
    await session.call.watch('0');
    await expect(session.call.watch('one more')).rejects.toMatchObject({ reason: 'too_many_watched' });
    expect(session.isAlive).toBe(true);
  });
});

describe('a socket', () => {
  test.each<readonly [string, (arena: Arena, session: ServerRef<UserSession>) => unknown]>([
    ['the user leaves', (_: Arena, session: ServerRef<UserSession>) => session.cast.leave()],
    ['its session is killed', (arena: Arena, session: ServerRef<UserSession>) => arena.runtime.kill(session)],
    ['a registry it is in is restarted', (arena: Arena) => arena.runtime.kill('watchers')],
    ['the app stops', (arena: Arena) => arena.runtime.shutdown()],
  ])('is closed when %s', async (_, end) => {
    const arena = await newArena();
    const { outlet, session } = await connect(arena, ada);
    await session.call.watch(LOBBY);
    await end(arena, session);
    await arena.settle();
    expect(outlet.closed).toEqual([[1012, 'restarting']]);
    expect(session.isAlive).toBe(false);
  });

  test('is told when to come back before the app stops', async () => {
    const arena = await newArena();
    const { outlet, session } = await connect(arena, ada);
    session.cast.sayGoodbye(700);
    await arena.settle();
    expect(outlet.of('restarting')).toEqual([{ reconnectInMs: 700 }]);
    expect(outlet.closed).toEqual([[1012, 'restarting']]);
  });

  test('that is slow gets the latest view once it has caught up', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const connection = await connect(arena, ada);
    await connection.session.call.watch(id);
    connection.outlet.bufferedBytes = SLOW_BYTES + 1;
    for (const [ply, column] of [3, 4, 5].entries()) await arena.games.move(ply % 2 === 0 ? ada : bob, id, ply, column);
    await arena.clock.advance(1_000);
    expect(connection.outlet.sent).toEqual([]);
    connection.outlet.bufferedBytes = 0;
    await arena.clock.advance(100);
    expect(connection.outlet.of('game')).toMatchObject([{ moves: [3, 4, 5] }]);
    expect(arena.figures.skipped).toBeGreaterThan(0);
  });

  test('that stays too slow is closed', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const { outlet, session } = await connect(arena, ada);
    outlet.bufferedBytes = SLOW_BYTES + 1;
    await session.call.watch(id);
    await arena.clock.advance(TOO_SLOW_MS + 1_000);
    expect(outlet.closed).toEqual([[1013, 'too slow']]);
    expect(arena.figures.letGo).toBe(1);
  });
});
