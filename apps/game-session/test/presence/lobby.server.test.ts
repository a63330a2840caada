import { describe, expect, test } from '@jest/globals';
import { child, type ServerRef } from '@rookery/genserver';
import { LOBBY_MS } from '../../src/presence/lobby.server.js';
import { LOBBY } from '../../src/presence/presence.js';
import { UserSession } from '../../src/presence/user-session.server.js';
import type { PlayerRecord } from '../../src/store/records.js';
import type { LobbyView } from '../../src/web/protocol.js';
import { type Arena, START, useArenas } from '../support/arena.js';
import { FakeOutlet } from '../support/fake-outlet.js';
import { ada, bob, newGame } from '../support/play.js';

const newArena = useArenas();

interface Guest {
  readonly outlet: FakeOutlet;
  readonly session: ServerRef<UserSession>;
}

async function watch({ connections }: Arena, { id, name }: PlayerRecord): Promise<Guest> {
  const outlet = new FakeOutlet();
  const session = await connections.startChild(child(UserSession, { args: [{ id, name }, outlet] }));
  await session.call.watch(LOBBY);
  return { outlet, session };
}

function shown({ outlet }: Guest): readonly LobbyView[] {
  return outlet.of('lobby') as readonly LobbyView[];
}

describe('the lobby', () => {
  test('shows who is online, what waits and is played, and who leads', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    const waiting = await arena.games.open(ada, 'anyone');
    arena.leaders.push({ playerId: ada.id, name: 'ada', played: 1, won: 1, drawn: 0, lost: 0, points: 3 });
    const guest = await watch(arena, ada);
    await arena.clock.advance(2 * LOBBY_MS);
    expect(shown(guest).at(-1)).toEqual({
      online: [{ id: ada.id, name: 'ada', startedAt: START, lastActivity: START }],
      waiting: [expect.objectContaining({ id: waiting.id, status: 'waiting' })],
      playing: [expect.objectContaining({ id, status: 'playing', moves: 1 })],
      leaderboard: arena.leaders,
    });
  });

  test('shows a player with two windows once: since the first, active in any', async () => {
    const arena = await newArena();
    await watch(arena, ada);
    await arena.clock.advance(10_000);
    const guest = await watch(arena, ada);
    await arena.clock.advance(LOBBY_MS);
    expect(shown(guest).at(-1)?.online).toEqual([
      { id: ada.id, name: 'ada', startedAt: START, lastActivity: START + 10_000 },
    ]);
  });

  test('is shown at most four times a second, however much happens', async () => {
    const arena = await newArena();
    const guest = await watch(arena, ada);
    await arena.clock.advance(1_000);
    const before = shown(guest).length;
    const id = await newGame(arena);
    for (let step = 0; step < 20; step++) {
      await arena.games
        .move(step % 2 === 0 ? ada : bob, id, step, [0, 1, 2, 4, 5, 6, 3][step % 7] ?? 0)
        .catch(() => {});
      await arena.clock.advance(50);
    }
    expect(shown(guest).length - before).toBeLessThanOrEqual(4);
    expect(shown(guest).length - before).toBeGreaterThan(1);
  });

  test('is not shown again while nothing changes, but to who is new', async () => {
    const arena = await newArena();
    const guest = await watch(arena, ada);
    await arena.clock.advance(5_000);
    const before = shown(guest).length;
    await arena.clock.advance(60_000);
    expect(shown(guest)).toHaveLength(before);
    const other = await watch(arena, bob);
    await arena.clock.advance(LOBBY_MS);
    expect(shown(other)).toHaveLength(1);
  });

  test('does nothing while nobody watches', async () => {
    const arena = await newArena();
    const { session } = await watch(arena, ada);
    await arena.clock.advance(LOBBY_MS);
    await session.call.unwatch(LOBBY);
    await arena.clock.advance(60_000); // calls have left timers, too
    expect(arena.clock.allTimers).toBe(0);
  });

  test('goes on after a crash', async () => {
    const arena = await newArena();
    const guest = await watch(arena, ada);
    await arena.clock.advance(1_000);
    arena.runtime.kill('Lobby');
    await arena.settle();
    const id = await newGame(arena);
    await arena.clock.advance(LOBBY_MS);
    expect(shown(guest).at(-1)?.playing).toMatchObject([{ id }]);
  });
});
