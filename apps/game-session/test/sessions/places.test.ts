import { describe, expect, test } from '@jest/globals';
import { type Arena, useArenas } from '../support/arena.js';
import { ada, bob, crash, eve, newGame } from '../support/play.js';

const newArena = useArenas();
const tooMany = {
  reason: 'too_many_own_games',
  message: 'ada has 3 games open, and a player may have 3: one must end first.',
};

/** Ada has as many games open as she may: one that waits, one against the computer, one against Bob that she has joined. */
async function fullOfAda(): Promise<{ readonly arena: Arena; readonly ids: readonly string[] }> {
  const arena = await newArena({ maxGamesPerPlayer: 3 });
  for (const player of [ada, bob, eve]) arena.disk.players.set(player.id, player);
  const waiting = await arena.games.open(ada, 'anyone');
  const computer = await arena.games.open(ada, { computer: 1 });
  const { id } = await arena.games.open(bob, 'anyone');
  await arena.games.join(ada, id);
  return { arena, ids: [waiting.id, computer.id, id] };
}

/** How many games of Ada are not over. */
function openOfAda({ disk }: Arena): number {
  return [...disk.games.values()].filter(({ ending, seats }) => {
    return ending === null && seats.some((seat) => seat?.kind === 'player' && seat.id === ada.id);
  }).length;
}

describe('who has as many games open as a player may have', () => {
  test('opens no other one, and joins none', async () => {
    const { arena } = await fullOfAda();
    const { id } = await arena.games.open(bob, 'anyone');
    await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany);
    await expect(arena.games.open(ada, { computer: 2 })).rejects.toMatchObject(tooMany);
    await expect(arena.games.join(ada, id)).rejects.toMatchObject(tooMany);
    expect(openOfAda(arena)).toBe(3);
  });

  test('gets none by a quick match either, and keeps no waiting game from others', async () => {
    const { arena } = await fullOfAda();
    const { id } = await arena.games.open(bob, 'anyone');
    await arena.games.join(eve, [...arena.disk.games.keys()][0] ?? ''); // that of Ada waited longer
    await expect(arena.games.quick(ada)).rejects.toMatchObject(tooMany);
    expect(await arena.games.quick(eve)).toMatchObject({ id, status: 'playing' });
  });

  test('plays on, and may ask once more for what they have', async () => {
    const { arena, ids } = await fullOfAda();
    expect(await arena.games.join(ada, ids[2] ?? '')).toMatchObject({ status: 'playing' });
    expect(await arena.games.move(ada, ids[1] ?? '', 0, 3)).toMatchObject({ moves: [3] });
  });

  test.each([0, 1, 2])('may open another one when one is over, whichever it is (%i)', async (over) => {
    const { arena, ids } = await fullOfAda();
    await arena.games.resign(ada, ids[over] ?? '');
    expect(await arena.games.open(ada, 'anyone')).toMatchObject({ status: 'waiting' });
    await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany);
  });

  test('is in nobody else’s way', async () => {
    const { arena } = await fullOfAda();
    expect(await arena.games.quick(eve)).toMatchObject({ status: 'playing' });
    expect(await arena.games.open(bob, 'anyone')).toMatchObject({ status: 'waiting' });
  });
});

describe('a rematch', () => {
  test.each([
    ['who asks for it', ada, bob],
    ['the other one', bob, ada],
  ] as const)('is refused while %s has no place for it, and opened later', async (_, full, other) => {
    const arena = await newArena({ maxGamesPerPlayer: 2 });
    const id = await newGame(arena);
    await arena.games.resign(ada, id);
    const [first] = [await arena.games.open(full, { computer: 1 }), await arena.games.open(full, { computer: 1 })];
    await arena.games.rematch(other, id);
    const refused = { reason: 'too_many_own_games', message: expect.stringContaining(`${full.name} has 2 games open`) };
    await expect(arena.games.rematch(full, id)).rejects.toMatchObject(refused);
    await expect(arena.games.rematch(other, id)).rejects.toMatchObject(refused);
    await arena.games.resign(full, first.id);
    const { rematch } = await arena.games.rematch(other, id);
    expect(await arena.games.view(rematch.gameId ?? '')).toMatchObject({ status: 'playing' });
  });
});

describe('of many requests of one player at the same time', () => {
  test('as many are granted as there is room for', async () => {
    const arena = await newArena({ maxGamesPerPlayer: 3 });
    for (const player of [ada, bob]) arena.disk.players.set(player.id, player);
    const others = await Promise.all([1, 2].map(() => arena.games.open(bob, 'anyone')));
    const answers = await Promise.allSettled([
      arena.games.open(ada, 'anyone'),
      ...others.map(({ id }) => arena.games.join(ada, id)),
      arena.games.open(ada, { computer: 1 }),
      arena.games.open(ada, 'anyone'),
    ]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(openOfAda(arena)).toBe(3);
  });

  test('all are, if there is room for all, however closely one follows another', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const arena = await newArena({ maxGamesPerPlayer: 3 });
      const answers = [0, 1, 2].map(async (place) => {
        for (let turn = 0; turn < turns * place; turn++) await Promise.resolve();
        return arena.games.open(ada, 'anyone');
      });
      await Promise.all(answers);
      await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany);
    }
  });

  test('one that fails leaves its place to others', async () => {
    const arena = await newArena({ maxGamesPerPlayer: 1 });
    await expect(arena.games.join(ada, '000000000000')).rejects.toMatchObject({ reason: 'unknown_game' });
    arena.disk.fault = 'away';
    await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject({ reason: 'store_unavailable' });
    arena.disk.fault = undefined;
    expect(await arena.games.open(ada, 'anyone')).toMatchObject({ status: 'waiting' });
  });
});

describe('no place is won by a crash', () => {
  test.each(['Repo', 'games', 'UserManager', 'SessionManager', 'GameSessions', 'GameResumer'])(
    'of %s, neither while its games come back nor when they are back',
    async (victim) => {
      const { arena } = await fullOfAda();
      arena.runtime.kill(victim);
      const soon = Array.from({ length: 5 }, () => arena.games.open(ada, 'anyone'));
      expect((await Promise.allSettled(soon)).map(({ status }) => status)).not.toContain('fulfilled');
      await arena.settle();
      await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany);
      expect(openOfAda(arena)).toBe(3);
    },
  );

  test('of a session', async () => {
    const { arena, ids } = await fullOfAda();
    for (const id of ids) arena.games.disturb(id, 'crash');
    await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany);
    for (const id of ids) await crash(arena, id);
    await expect(arena.games.quick(ada)).rejects.toMatchObject(tooMany);
  });

  test('of the whole app', async () => {
    const { arena: first } = await fullOfAda();
    await first.runtime.shutdown();
    const second = await newArena({ disk: first.disk, maxGamesPerPlayer: 3 });
    await expect(second.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany); // its games are on their way
    await second.settle();
    await expect(second.games.open(ada, 'anyone')).rejects.toMatchObject(tooMany);
  });
});
