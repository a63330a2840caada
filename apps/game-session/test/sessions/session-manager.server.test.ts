import { describe, expect, test } from '@jest/globals';
import { SUSPECT_MS } from '../../src/sessions/session-manager.server.js';
import { useArenas } from '../support/arena.js';
import { ada, bob, crash, eve, newGame, play } from '../support/play.js';

const newArena = useArenas();
/** How long a player waits for a session. */
const ANSWER_MS = 3_000;

describe('opening a game', () => {
  test('stores it, and starts its session under an id that cannot be guessed from another', async () => {
    const arena = await newArena();
    const games = [await arena.games.open(ada, 'anyone'), await arena.games.open(ada, { computer: 2 })];
    for (const { id } of games) {
      expect(id).toMatch(/^[0-9a-f]{12}$/);
      expect(arena.disk.games.has(id)).toBe(true);
      expect(arena.session(id).isAlive).toBe(true);
    }
    expect(games[1]).toMatchObject({ status: 'playing', seats: [{ name: 'ada' }, { kind: 'computer', level: 2 }] });
  });

  test('is refused when there are too many, also when they are asked for together', async () => {
    const arena = await newArena({ maxGames: 2 });
    const answers = await Promise.allSettled([1, 2, 3].map(() => arena.games.open(ada, 'anyone')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await expect(arena.games.quick(ada)).rejects.toMatchObject({ reason: 'too_many_games' });
    expect(arena.disk.games.size).toBe(2);
  });

  test('is possible until there are so many, however closely one follows another', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const arena = await newArena({ maxGames: 3 });
      const answers = [1, 2, 3].map(async (place) => {
        for (let turn = 0; turn < turns * (place - 1); turn++) await Promise.resolve();
        return arena.games.open(ada, 'anyone');
      });
      await Promise.all(answers);
      await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject({ reason: 'too_many_games' });
    }
  });

  test('leaves no game without a session when the store goes away in the middle', async () => {
    const arena = await newArena();
    const answer = arena.games.open(ada, 'anyone').catch((error: unknown) => error);
    while (arena.disk.games.size === 0) await Promise.resolve();
    arena.disk.fault = 'away';
    expect(await answer).toMatchObject({ reason: 'store_unavailable' });
    arena.disk.fault = undefined;
    await arena.clock.advance(1_000);
    expect(arena.games.list()).toMatchObject([{ id: [...arena.disk.games.keys()][0], status: 'waiting' }]);
  });

  test('is refused while the store is away, and possible when it is back', async () => {
    const arena = await newArena();
    arena.disk.fault = 'away';
    await expect(arena.games.open(ada, 'anyone')).rejects.toMatchObject({ reason: 'store_unavailable' });
    arena.disk.fault = undefined;
    expect(await arena.games.open(ada, 'anyone')).toMatchObject({ status: 'waiting' });
  });

  test('does not keep others waiting', async () => {
    const arena = await newArena();
    const { id } = await arena.games.open(ada, 'anyone');
    arena.disk.fault = 'stuck';
    const stuck = arena.games.open(ada, 'anyone').catch((error: unknown) => error);
    await arena.settle();
    const seat = { kind: 'player', id: bob.id, name: bob.name } as const;
    expect(await arena.manager.call.quick(seat)).toEqual({ id, kind: 'waiting' });
    await arena.clock.advance(10_000);
    expect(await stuck).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
  });
});

describe('quick', () => {
  test('joins the game that has waited longest, and opens one when none waits', async () => {
    const arena = await newArena();
    const first = await arena.games.quick(ada);
    expect(first).toMatchObject({ status: 'waiting' });
    await arena.clock.advance(10);
    const second = await arena.games.quick(ada);
    expect(second.id).not.toBe(first.id); // nobody plays against themselves
    await crash(arena, first.id); // it is registered after the second one now
    expect(await arena.games.quick(bob)).toMatchObject({ id: first.id, status: 'playing' });
    expect(await arena.games.quick(bob)).toMatchObject({ id: second.id, status: 'playing' });
    expect(await arena.games.quick(bob)).toMatchObject({ status: 'waiting' });
  });

  test('brings two together who ask at the same time', async () => {
    const arena = await newArena();
    const [one, other] = await Promise.all([arena.games.quick(ada), arena.games.quick(bob)]);
    expect(one.id).toBe(other.id);
    expect(await arena.games.view(one.id)).toMatchObject({ status: 'playing' });
  });

  test('gives a waiting game to one of two who ask at the same time', async () => {
    const arena = await newArena();
    const { id } = await arena.games.open(ada, 'anyone');
    const found = await Promise.all([arena.games.quick(bob), arena.games.quick(eve)]);
    expect(found.filter((game) => game.id === id)).toHaveLength(1);
    expect(found.map(({ status }) => status).toSorted()).toEqual(['playing', 'waiting']);
  });
});

test('a waiting game that somebody was sent to and did not join goes to another, after a while', async () => {
  const arena = await newArena();
  const { id } = await arena.games.open(ada, 'anyone');
  const [first, second] = [bob, eve].map(({ id: player, name }) => ({ kind: 'player', id: player, name }) as const);
  if (first === undefined || second === undefined) throw new Error('there are two');
  expect(await arena.manager.call.quick(first)).toEqual({ id, kind: 'waiting' });
  await arena.clock.advance(2_000);
  expect(await arena.manager.call.quick(second)).toEqual({ id, kind: 'waiting' });
});

test('who asks for a quick game and gives up gets none behind their back, when the store is back', async () => {
  const arena = await newArena();
  arena.disk.fault = 'stuck';
  const answers = Promise.allSettled([ada, bob, eve].map((player) => arena.games.quick(player)));
  await arena.clock.advance(4_999);
  arena.disk.fault = undefined;
  await arena.clock.advance(1);
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await arena.clock.advance(10_000);
  expect(arena.disk.games.size).toBe(0);
});

describe('a session that hangs', () => {
  test('is killed after somebody waited in vain, and is back with its moves', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    const { pid } = arena.session(id);
    arena.games.disturb(id, 'hang');
    const answer = arena.games.move(bob, id, 1, 4).catch((error: unknown) => error);
    await arena.clock.advance(ANSWER_MS);
    expect(await answer).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    expect(arena.session(id).pid).toBe(pid);
    await arena.clock.advance(SUSPECT_MS);
    expect(await arena.games.move(bob, id, 1, 4)).toMatchObject({ moves: [3, 4], session: { restored: true } });
    expect(arena.session(id).pid).not.toBe(pid);
    expect(arena.lines).toContain(`Game ${id} does not answer: its session is killed`);
  });

  test('one that only waits for the store is left alone', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    const { pid } = arena.session(id);
    arena.disk.fault = 'stuck';
    const move = arena.games.move(bob, id, 1, 4).catch((error: unknown) => error);
    arena.manager.cast.suspect(id);
    await arena.clock.advance(SUSPECT_MS + 1_000);
    await move;
    expect(arena.session(id).pid).toBe(pid);
  });

  test('while the store has no time either, nobody is killed: the app is busy, and that would only make more to do', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    const { pid } = arena.session(id);
    arena.games.disturb(id, 'hang');
    arena.disk.fault = 'stuck';
    arena.manager.cast.suspect(id);
    await arena.clock.advance(SUSPECT_MS + 1_000);
    expect(arena.session(id).pid).toBe(pid);

    arena.disk.fault = undefined;
    arena.manager.cast.suspect(id);
    await arena.clock.advance(SUSPECT_MS);
    expect(arena.session(id).pid).not.toBe(pid);
  });

  test('one that answers is left alone, however often it is suspected', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    const { pid } = arena.session(id);
    for (let n = 0; n < 3; n++) arena.manager.cast.suspect(id);
    arena.manager.cast.suspect('000000000000');
    await arena.clock.advance(10_000);
    expect(arena.session(id).pid).toBe(pid);
  });
});

describe('all games go on with their moves', () => {
  test.each(['Repo', 'presence', 'watchers', 'games', 'UserManager', 'SessionManager', 'GameSessions', 'GameResumer'])(
    'when %s is killed',
    async (victim) => {
      const arena = await newArena();
      const ids = [await newGame(arena, [3]), await newGame(arena, [5, 5])];
      arena.runtime.kill(victim);
      await arena.settle();
      expect(await Promise.all(ids.map((id) => arena.games.view(id)))).toMatchObject([
        { status: 'playing', moves: [3], turn: 1 },
        { status: 'playing', moves: [5, 5], turn: 0 },
      ]);
      await play(arena, ids[0] ?? '', [4], 1);
      expect(await arena.games.open(eve, 'anyone')).toMatchObject({ status: 'waiting' });
    },
  );

  test.each(['manager', 'users'] as const)(
    'when a bug ends %s: the sessions go with it, and come back',
    async (which) => {
      const arena = await newArena();
      const id = await newGame(arena, [3]);
      const { pid } = arena.session(id);
      arena[which].cast.crash();
      await arena.settle();
      expect(arena.session(id).pid).not.toBe(pid);
      expect(await arena.games.view(id)).toMatchObject({ moves: [3], session: { restored: true } });
    },
  );

  test('when so many crash that their supervisor gives up', async () => {
    const arena = await newArena();
    const [crashed, other] = [await newGame(arena, [3]), await newGame(arena, [5])];
    const before = arena.runtime.whereis('GameSessions');
    for (let n = 0; n <= 20; n++) await crash(arena, crashed);
    expect(arena.runtime.whereis('GameSessions')).not.toBe(before);
    expect(await arena.games.view(crashed)).toMatchObject({ moves: [3] });
    expect(await arena.games.view(other)).toMatchObject({ moves: [5] });
  });

  test('after the whole app was started again; those that are over stay over', async () => {
    const first = await newArena();
    const [running, finished] = [await newGame(first, [3]), await newGame(first)];
    await first.games.resign(ada, finished);
    await first.runtime.shutdown();
    const second = await newArena({ disk: first.disk });
    await second.settle();
    expect(second.games.list()).toMatchObject([{ id: running, moves: 1 }]);
    expect(await second.games.view(running)).toMatchObject({ moves: [3], session: { restored: true } });
    expect(await second.games.view(finished)).toMatchObject({ status: 'finished' });
  });

  test('once the store is back, if it was away when the app came up', async () => {
    const first = await newArena();
    const id = await newGame(first, [3]);
    await first.runtime.shutdown();
    first.disk.fault = 'away';
    const second = await newArena({ disk: first.disk });
    await second.clock.advance(5_000);
    await expect(second.games.view(id)).rejects.toMatchObject({ reason: 'store_unavailable' });
    first.disk.fault = undefined;
    await second.clock.advance(1_000);
    expect(await second.games.view(id)).toMatchObject({ moves: [3] });
  });

  test('a few at a time, and whoever resumes them ends when it is done', async () => {
    const first = await newArena({ maxGames: 300 });
    for (let n = 0; n < 250; n++) await first.games.open(ada, 'anyone');
    await first.runtime.shutdown();
    const second = await newArena({ disk: first.disk, maxGames: 300 });
    await second.settle();
    expect(second.games.list()).toHaveLength(250);
    expect(second.lines).toContain('250 games go on');
    expect(second.runtime.whereis('GameResumer')).toBeUndefined();
  });

  test('but for one that cannot: it does not keep the others waiting', async () => {
    const first = await newArena();
    const [spoilt, id] = [await newGame(first), await newGame(first, [3])];
    first.disk.change(spoilt, { moves: [0, 0, 0, 0, 0, 0, 0] });
    await first.runtime.shutdown();
    const second = await newArena({ disk: first.disk });
    await second.settle();
    expect(second.games.list()).toMatchObject([{ id }]);
  });
});

describe('who asks for a game that has no session', () => {
  test.each([
    ['unknown_game', 'ffffffffffff', undefined],
    ['game_over', '000000000001', { kind: 'draw' } as const],
    ['restarting', '000000000001', null],
  ] as const)('hears %s', async (reason, id, ending) => {
    const arena = await newArena();
    const model = await newGame(arena);
    const record = arena.disk.games.get(model);
    if (record !== undefined && ending !== undefined) arena.disk.games.set(id, { ...record, id, ending });
    await expect(arena.games.move(ada, id, 0, 3)).rejects.toMatchObject({ reason });
  });
});

test('the list of games takes no message, and has the latest first', async () => {
  const arena = await newArena();
  const [first, second] = [await newGame(arena, [3]), await arena.games.open(eve, 'anyone')];
  await arena.settle();
  arena.games.disturb(first, 'hang');
  expect(arena.games.list()).toMatchObject([
    { id: second.id, status: 'waiting', moves: 0 },
    { id: first, status: 'playing', moves: 1, seats: [{ name: 'ada' }, { name: 'bob' }], spectators: 0 },
  ]);
});
