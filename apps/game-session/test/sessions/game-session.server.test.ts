import { describe, expect, test } from '@jest/globals';
import { LEFT_AFTER_RESTART_MS } from '../../src/sessions/turn-clock.js';
import { type Arena, START, TIMES, useArenas } from '../support/arena.js';
import { ada, bob, crash, eve, newGame, play, wonByAda } from '../support/play.js';

const newArena = useArenas();

describe('a game', () => {
  test('waits for a second player, then the first one is to move', async () => {
    const { games } = await newArena();
    const opened = await games.open(ada, 'anyone');
    expect(opened).toMatchObject({ status: 'waiting', turn: null, turnEndsInMs: null, seats: [{ name: 'ada' }, null] });
    const joined = await games.join(bob, opened.id);
    expect(joined).toMatchObject({ status: 'playing', turn: 0, turnEndsInMs: TIMES.turnMs });
    expect(joined.seats[1]).toEqual({ kind: 'player', name: 'bob', playerId: bob.id, level: null, online: false });
  });

  test('is stored before it is answered: who sits there, each move, and the ending', async () => {
    const arena = await newArena();
    const { games, disk } = arena;
    const id = await newGame(arena, [3, 4]);
    expect(disk.games.get(id)).toMatchObject({ seats: [{ id: ada.id }, { id: bob.id }], moves: [3, 4], ending: null });
    await games.resign(bob, id);
    expect(disk.games.get(id)?.ending).toEqual({ kind: 'resigned', winner: 0 });
  });

  test('that is won by a move has its line, and is stored together with the mails about it', async () => {
    const arena = await newArena();
    arena.disk.players.set(ada.id, { ...ada, email: 'ada@example.org' });
    arena.disk.players.set(bob.id, bob);
    const id = await newGame(arena, wonByAda);
    const view = await arena.games.view(id);
    expect(view).toMatchObject({ status: 'finished', turn: null, ending: { kind: 'line', winner: 0 } });
    expect(view.line).toHaveLength(4);
    expect(arena.disk.mails).toMatchObject([{ to: 'ada@example.org' }]);
  });

  test.each([
    ['not_your_turn', [3], ada, 1, 3],
    ['not_your_turn', [], bob, 0, 3],
    ['unknown_player', [], eve, 0, 3],
    ['wrong_ply', [3], bob, 2, 3],
    ['wrong_ply', [3, 4], ada, 0, 4],
    ['column_full', [0, 0, 0, 0, 0, 0], ada, 6, 0],
    ['game_over', wonByAda, bob, 7, 3],
  ] as const)('refuses a move with %s after %j, and lives on', async (reason, moves, player, ply, column) => {
    const arena = await newArena();
    const id = await newGame(arena, moves);
    const { pid } = arena.session(id);
    await expect(arena.games.move(player, id, ply, column)).rejects.toMatchObject({ reason });
    expect(arena.session(id).pid).toBe(pid);
    expect(arena.disk.games.get(id)?.moves).toEqual(moves);
  });

  test('answers a move that is stored already like the first time, as its answer may have been lost', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3, 4]);
    expect(await arena.games.move(ada, id, 0, 3)).toMatchObject({ moves: [3, 4] });
    expect(arena.disk.asked.get('addMove')).toBe(2);
  });

  test.each([
    ['game_full', eve],
    ['forbidden', ada],
  ] as const)('refuses with %s who cannot join', async (reason, player) => {
    const arena = await newArena();
    const id = await newGame(arena);
    await expect(arena.games.join(player, id)).rejects.toMatchObject({ reason });
  });

  test('answers who has joined already', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    expect(await arena.games.join(bob, id)).toMatchObject({ status: 'playing' });
  });

  test('that waits is abandoned when its player resigns', async () => {
    const arena = await newArena();
    const { id } = await arena.games.open(ada, 'anyone');
    expect(await arena.games.resign(ada, id)).toMatchObject({ ending: { kind: 'abandoned' } });
  });
});

describe('the clock', () => {
  test('whoever does not move in time loses', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    await arena.clock.advance(TIMES.turnMs - 1);
    expect(await arena.games.view(id)).toMatchObject({ status: 'playing', turnEndsInMs: 1 });
    await arena.clock.advance(1);
    expect(await arena.games.view(id)).toMatchObject({ ending: { kind: 'timeout', winner: 0 } });
    expect(arena.disk.games.get(id)?.ending).toEqual({ kind: 'timeout', winner: 0 });
  });

  test('each move gives the other one the whole time', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    await arena.clock.advance(TIMES.turnMs - 1);
    expect(await arena.games.move(ada, id, 0, 3)).toMatchObject({ turnEndsInMs: TIMES.turnMs });
    await arena.clock.advance(TIMES.turnMs - 1);
    expect(await arena.games.view(id)).toMatchObject({ status: 'playing' });
  });

  test('a move that came before the time was up counts, though it is stored after it', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    await arena.clock.advance(TIMES.turnMs - 1);
    arena.disk.fault = 'slow';
    const moved = arena.games.move(ada, id, 0, 3);
    await arena.clock.advance(1); // heard of while the move is being stored
    arena.disk.fault = undefined;
    for (const answer of arena.disk.held) answer();
    expect(await moved).toMatchObject({ moves: [3], status: 'playing' });
    expect(await arena.games.view(id)).toMatchObject({ status: 'playing', turn: 1 });
  });

  test('goes on over a crash: what was used is used', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    await arena.clock.advance(50_000);
    await crash(arena, id);
    expect(await arena.games.view(id)).toMatchObject({ turnEndsInMs: TIMES.turnMs - 50_000 });
  });

  test('goes on over a restart of the app, with some time left to find the game again', async () => {
    const first = await newArena();
    const id = await newGame(first, [3]);
    await first.runtime.shutdown();
    const second = await newArena({ disk: first.disk, startsAt: START + TIMES.turnMs + 3_600_000 });
    await second.settle();
    expect(await second.games.view(id)).toMatchObject({ status: 'playing', turnEndsInMs: LEFT_AFTER_RESTART_MS });
    await second.clock.advance(LEFT_AFTER_RESTART_MS);
    expect(await second.games.view(id)).toMatchObject({ ending: { kind: 'timeout', winner: 0 } });
  });

  test('a game that nobody joins is abandoned, and its session ends', async () => {
    const arena = await newArena();
    const { id } = await arena.games.open(ada, 'anyone');
    await arena.clock.advance(TIMES.waitingMs);
    expect(arena.disk.games.get(id)?.ending).toEqual({ kind: 'abandoned' });
    await arena.clock.advance(TIMES.finishedGraceMs);
    expect(arena.session(id).isAlive).toBe(false);
  });

  test('a session ends a while after its game; then the game is seen from the store', async () => {
    const arena = await newArena();
    const id = await newGame(arena, wonByAda);
    await arena.clock.advance(TIMES.finishedGraceMs - 1);
    expect(arena.session(id).isAlive).toBe(true);
    await arena.clock.advance(1);
    expect(arena.session(id).isAlive).toBe(false);
    const asked = arena.disk.asked.get('game') ?? 0;
    expect(await arena.games.view(id)).toMatchObject({ status: 'finished', moves: wonByAda });
    expect(arena.disk.asked.get('game')).toBe(asked + 1);
  });

  test('when the store is away as time is up, the ending is stored once it is back', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.fault = 'away';
    await arena.clock.advance(TIMES.turnMs + 5_000);
    expect(arena.disk.games.get(id)?.ending).toBeNull();
    arena.disk.fault = undefined;
    await arena.clock.advance(1_000);
    expect(arena.disk.games.get(id)?.ending).toEqual({ kind: 'timeout', winner: 0 });
  });
});

describe('a session that crashes', () => {
  test('comes back as another process with every move that was answered', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3, 4, 3]);
    const before = await arena.games.view(id);
    expect(before.session.restored).toBe(false);
    await crash(arena, id);
    const after = await arena.games.view(id);
    expect(after).toEqual({ ...before, session: { pid: String(arena.session(id).pid), restored: true } });
    expect(after.session.pid).not.toBe(before.session.pid);
    await play(arena, id, [4, 3], 3);
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 4, 3, 4, 3] });
  });

  test('is not noticed by another game', async () => {
    const arena = await newArena();
    const [crashed, other] = [await newGame(arena), await newGame(arena, [3])];
    const { pid } = arena.session(other);
    await crash(arena, crashed);
    await play(arena, other, [4], 1);
    expect(arena.session(other).pid).toBe(pid);
  });

  test('whoever waits for its answer hears that it is being restarted', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    arena.disk.fault = 'stuck';
    const answer = arena.games.move(ada, id, 0, 3).catch((error: unknown) => error);
    await arena.settle();
    arena.runtime.kill(arena.session(id));
    expect(await answer).toMatchObject({ reason: 'restarting' });
  });

  test('does not come back when its game was deleted', async () => {
    const arena = await newArena();
    const id = await newGame(arena);
    arena.disk.games.delete(id);
    await crash(arena, id);
    expect(arena.session(id).isAlive).toBe(false);
    await expect(arena.games.view(id)).rejects.toMatchObject({ reason: 'unknown_game' });
  });

  test('does not come back again and again when its record makes no sense', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.change(id, { moves: [0, 0, 0, 0, 0, 0, 0] });
    await crash(arena, id);
    expect(arena.session(id).isAlive).toBe(false);
    expect(arena.lines.filter((line) => line.includes(`Game ${id} cannot go on`))).toHaveLength(1);
  });
});

describe('when the store is away', () => {
  test('a move that was not written is refused, and has not happened', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.fault = 'away';
    const answer = arena.games.move(bob, id, 1, 4);
    await expect(answer).rejects.toMatchObject({ reason: 'store_unavailable', inDoubt: false });
    arena.disk.fault = undefined;
    expect(await arena.games.view(id)).toMatchObject({ moves: [3], turn: 1 });
  });

  test('who waits meanwhile, or asks again at once, is refused at once: nobody waits for one vain attempt after another', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.fault = 'away';
    const before = arena.disk.asked.get('addMove') ?? 0;
    const answers = await Promise.allSettled([4, 4, 4].map((column) => arena.games.move(bob, id, 1, column)));
    for (const answer of answers) expect(answer).toMatchObject({ reason: { reason: 'store_unavailable' } });
    expect(arena.disk.asked.get('addMove')).toBe(before + 1);
    arena.disk.fault = undefined;
    await expect(arena.games.move(bob, id, 1, 4)).rejects.toMatchObject({ reason: 'store_unavailable' });
    await arena.clock.advance(1_000);
    expect(await arena.games.move(bob, id, 1, 4)).toMatchObject({ moves: [3, 4] });
  });

  test('a move in doubt is neither true nor false until the record was read again', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    const { pid } = arena.session(id);
    arena.disk.fault = 'in_doubt';
    const answer = arena.games.move(bob, id, 1, 4);
    await expect(answer).rejects.toMatchObject({ reason: 'store_unavailable', inDoubt: true });
    await expect(arena.games.view(id)).rejects.toMatchObject({ reason: 'store_unavailable' });
    await expect(arena.games.move(bob, id, 1, 5)).rejects.toMatchObject({ reason: 'store_unavailable' });
    arena.disk.fault = undefined;
    await arena.clock.advance(1_000);
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 4], turn: 0 });
    expect(arena.session(id).pid).toBe(pid);
  });

  test('so is one that got no answer in time', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.fault = 'late';
    const answer = arena.games.move(bob, id, 1, 4).catch((error: unknown) => error);
    await arena.clock.advance(2_000);
    expect(await answer).toMatchObject({ reason: 'store_unavailable', inDoubt: true });
    arena.disk.fault = undefined;
    await arena.clock.advance(1_000);
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 4] });
    expect(await arena.games.move(bob, id, 1, 4)).toMatchObject({ moves: [3, 4] }); // who was told nothing asks again
  });

  test('a store that knows better is believed', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.change(id, { moves: [3, 6] });
    await expect(arena.games.move(bob, id, 1, 4)).rejects.toMatchObject({ reason: 'wrong_ply' });
    await arena.clock.advance(1_000);
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 6], turn: 0 });
  });

  test('a session that crashes waits for the store, and crashes no more', async () => {
    const arena = await newArena();
    const id = await newGame(arena, [3]);
    arena.disk.fault = 'away';
    await crash(arena, id);
    const { pid } = arena.session(id);
    await arena.clock.advance(10_000);
    await expect(arena.games.view(id)).rejects.toMatchObject({ reason: 'store_unavailable' });
    arena.disk.fault = undefined;
    await arena.clock.advance(1_000);
    expect(await arena.games.view(id)).toMatchObject({ moves: [3] });
    expect(arena.session(id).pid).toBe(pid);
  });
});

describe('against the computer', () => {
  const openAgainst = async (arena: Arena, level: 1 | 4 = 1): Promise<string> => {
    const { id } = await arena.games.open(ada, { computer: level });
    await arena.games.move(ada, id, 0, 3);
    return id;
  };

  test('it is asked with the moves and its level, and its move is stored like any other', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena, 4);
    expect(arena.computer.questions).toMatchObject([{ moves: [3], level: 4 }]);
    arena.computer.answer(2);
    await arena.settle();
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 2], turn: 0 });
    expect(arena.disk.games.get(id)?.moves).toEqual([3, 2]);
  });

  test('the session takes messages while it thinks', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena);
    expect(await arena.games.view(id)).toMatchObject({ turn: 1 });
    expect(await arena.games.resign(ada, id)).toMatchObject({ ending: { kind: 'resigned', winner: 1 } });
  });

  test('it is told to stop when its move is not wanted any more', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena);
    const { pid } = arena.session(id);
    await arena.games.resign(ada, id);
    await arena.settle();
    expect(arena.computer.questions[0]?.signal?.aborted).toBe(true);
    expect(arena.session(id).pid).toBe(pid);
  });

  test('an answer that comes after the end of the game is dropped', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena);
    await arena.games.resign(ada, id);
    arena.computer.answer(2);
    await arena.settle();
    expect(await arena.games.view(id)).toMatchObject({ moves: [3] });
  });

  test('it is asked again when it failed, and when its move could not be stored', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena);
    arena.computer.fail(new Error('no thread'));
    await arena.clock.advance(1_000);
    expect(arena.computer.questions).toHaveLength(2);
    arena.disk.fault = 'away';
    arena.computer.answer(2);
    await arena.clock.advance(1_000);
    expect(arena.computer.questions).toHaveLength(3);
    arena.disk.fault = undefined;
    arena.computer.answer(2);
    await arena.settle();
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 2] });
  });

  test('after a crash it is asked again, and who thought for the old session is told to stop', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena);
    await crash(arena, id);
    expect(arena.computer.questions).toHaveLength(2);
    expect(arena.computer.questions[0]?.signal?.aborted).toBe(true);
    arena.computer.answer(6, 0);
    arena.computer.answer(2, 1);
    await arena.settle();
    expect(await arena.games.view(id)).toMatchObject({ moves: [3, 2] });
  });

  test('it loses, too, when it does not move in time', async () => {
    const arena = await newArena();
    const id = await openAgainst(arena);
    await arena.clock.advance(TIMES.turnMs);
    expect(await arena.games.view(id)).toMatchObject({ ending: { kind: 'timeout', winner: 0 } });
  });
});

describe('a rematch', () => {
  test('begins when both want it, with sides swapped', async () => {
    const arena = await newArena();
    const id = await newGame(arena, wonByAda);
    expect(await arena.games.rematch(ada, id)).toMatchObject({ rematch: { offeredBy: [0], gameId: null } });
    const { rematch } = await arena.games.rematch(bob, id);
    expect(rematch.gameId).toMatch(/^[0-9a-f]{12}$/);
    const second = await arena.games.view(rematch.gameId ?? '');
    expect(second).toMatchObject({ status: 'playing', seats: [{ name: 'bob' }, { name: 'ada' }], turn: 0 });
    expect(arena.disk.games.get(second.id)?.rematchOf).toBe(id);
    expect(await arena.games.view(id)).toMatchObject({ rematch: { offeredBy: [0, 1], gameId: second.id } });
  });

  test('with the computer begins at once, and the computer with it', async () => {
    const arena = await newArena();
    const { id } = await arena.games.open(ada, { computer: 3 });
    await arena.games.resign(ada, id);
    const { rematch } = await arena.games.rematch(ada, id);
    const second = await arena.games.view(rematch.gameId ?? '');
    expect(second.seats).toMatchObject([{ kind: 'computer' }, { name: 'ada' }]);
    expect(arena.computer.questions).toMatchObject([{ moves: [], level: 3 }]);
  });

  test('that is over is not brought back when it is asked for once more', async () => {
    const arena = await newArena();
    const id = await newGame(arena, wonByAda);
    const ask = async (): Promise<string> => {
      await arena.games.rematch(ada, id);
      return (await arena.games.rematch(bob, id)).rematch.gameId ?? '';
    };
    const second = await ask();
    await arena.games.resign(ada, second);
    arena.runtime.kill(arena.session(second));
    await arena.settle();
    await arena.clock.advance(TIMES.finishedGraceMs - 1);
    await crash(arena, id); // the offers are forgotten
    await arena.clock.advance(1);
    expect(arena.session(second).isAlive).toBe(false);
    expect(await ask()).toBe(second);
    expect(arena.session(second).isAlive).toBe(false);
  });

  test('is one game, however often it is asked for, and whoever crashes in between', async () => {
    const arena = await newArena();
    const id = await newGame(arena, wonByAda);
    await arena.games.rematch(ada, id);
    const both = await Promise.all([arena.games.rematch(bob, id), arena.games.rematch(bob, id)]);
    await crash(arena, id);
    await arena.games.rematch(ada, id);
    const again = await arena.games.rematch(bob, id);
    expect(new Set([...both, again].map(({ rematch }) => rematch.gameId)).size).toBe(1);
  });

  test.each([
    ['not_finished', ada, [3]],
    ['unknown_player', eve, wonByAda],
  ] as const)('is refused with %s', async (reason, player, moves) => {
    const arena = await newArena();
    const id = await newGame(arena, moves);
    await expect(arena.games.rematch(player, id)).rejects.toMatchObject({ reason });
  });
});
