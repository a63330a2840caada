import { describe, expect, test } from '@jest/globals';
import type { OpenDatabase } from '../../src/store/database.js';
import type { Ending } from '../../src/store/records.js';
import { ada, adaSeat, bob, bobSeat, computer, game, move, openGames, outcomes } from './games.js';
import { useStores } from './stores.js';

const letter = { to: 'ada@example.org', subject: 'You have won', text: 'Well played.' };
const adaWins = { kind: 'line', winner: 0 } as const;
const [longAgo, inAnHour] = [new Date(0), new Date(Date.now() + 3_600_000)];

/** What holds whichever database it is. */
export function describeRepo(open: OpenDatabase): void {
  const newStore = useStores(open);

  describe('games', () => {
    test('are read as they were written', async () => {
      const { repo } = await newStore();
      await repo.call.addPlayer(ada);
      await repo.call.addPlayer(bob);
      await repo.call.openGame(game('one', [adaSeat, null]));
      const waiting = {
        id: 'one',
        seats: [adaSeat, null],
        moves: [],
        startedAt: null,
        lastMoveAt: null,
        ending: null,
      };
      expect(await repo.call.game('one')).toEqual({ ...waiting, rematchOf: null, createdAt: expect.any(Date) });

      await repo.call.joinGame({ id: 'one', side: 1, playerId: 'bob' });
      for (const [ply, column] of [3, 0, 6].entries()) await repo.call.addMove(move('one', ply, column));
      await repo.call.endGame({ id: 'one', ending: { kind: 'resigned', winner: 1 }, mails: [] });
      const record = await repo.call.game('one');
      expect(record).toMatchObject({
        seats: [adaSeat, bobSeat],
        moves: [3, 0, 6],
        ending: { kind: 'resigned', winner: 1 },
      });
      expect(Date.now() - (record?.lastMoveAt?.getTime() ?? 0)).toBeLessThan(60_000);
      expect(Date.now() - (record?.startedAt?.getTime() ?? 0)).toBeLessThan(60_000);
    });

    test('against the computer have begun when they are opened', async () => {
      const { repo } = await newStore();
      await repo.call.addPlayer(ada);
      await repo.call.openGame(game('one', [computer, adaSeat]));
      expect(await repo.call.game('one')).toMatchObject({ seats: [computer, adaSeat], startedAt: expect.any(Date) });
    });

    test('that were never opened are undefined, also under a key that no database can hold', async () => {
      const { repo } = await newStore();
      await openGames(repo, 1);
      const reads = ['none', 'zero \0 byte', 'game 0'].map((id) => repo.call.game(id));
      expect(await Promise.all(reads)).toEqual([undefined, undefined, expect.objectContaining({ id: 'game 0' })]);
    });

    test('that are not over are listed, the oldest first', async () => {
      const { repo } = await newStore();
      await openGames(repo, 1);
      await repo.call.openGame(game('b'));
      await repo.call.openGame(game('a'));
      await repo.call.openGame(game('over'));
      await repo.call.endGame({ id: 'over', ending: { kind: 'draw' }, mails: [] });
      expect(await repo.call.unfinishedGames()).toEqual(['game 0', 'b', 'a']);
    });

    test('that are not over are known of each player, whichever side they have', async () => {
      const { repo } = await newStore();
      await openGames(repo, 1);
      await repo.call.openGame(game('waiting', [bobSeat, null]));
      await repo.call.openGame(game('computer', [computer, adaSeat]));
      await repo.call.openGame(game('over'));
      await repo.call.endGame({ id: 'over', ending: { kind: 'draw' }, mails: [] });
      const before = (await repo.call.figures()).queries;
      const reads = ['ada', 'bob', 'eve'].map((id) => repo.call.openGamesOf(id));
      expect((await Promise.all(reads)).map((ids) => ids?.toSorted())).toEqual([
        ['computer', 'game 0'],
        ['game 0', 'waiting'],
        undefined,
      ]);
      expect((await repo.call.figures()).queries - before).toBe(1);
      await repo.call.joinGame({ id: 'waiting', side: 1, playerId: 'ada' });
      expect((await repo.call.openGamesOf('ada'))?.toSorted()).toEqual(['computer', 'game 0', 'waiting']);
    });

    test('keep every move of many that are asked for at once, in few batches', async () => {
      const { repo } = await newStore();
      const ids = await openGames(repo, 50);
      const before = (await repo.call.figures()).batches;
      const plies = Array.from({ length: 10 }, (_, ply) => ply);
      await Promise.all(plies.flatMap((ply) => ids.map((id) => repo.call.addMove(move(id, ply, ply % 7)))));
      for (const record of await Promise.all(ids.map((id) => repo.call.game(id)))) {
        expect(record?.moves).toEqual(plies.map((ply) => ply % 7));
      }
      const { batches, pendingWrites, largestBatch } = await repo.call.figures();
      expect(batches - before).toBeLessThan(20);
      expect({ pendingWrites, largestBatch }).toEqual({ pendingWrites: 0, largestBatch: 128 });
    });
  });

  describe('a write', () => {
    test('may be repeated: what is there already counts as written, once', async () => {
      const { repo } = await newStore();
      const last = { ...move('one', 1, 4), ending: adaWins, mails: [letter] };
      for (const _ of ['first', 'again']) {
        await repo.call.addPlayer(ada);
        await repo.call.addPlayer(bob);
        await repo.call.openGame(game('one', [adaSeat, null]));
        await repo.call.joinGame({ id: 'one', side: 1, playerId: 'bob' });
        await repo.call.addMove(move('one', 0, 3));
        await repo.call.addMove(last);
        await repo.call.endGame({ id: 'one', ending: adaWins, mails: [letter] });
      }
      expect(await repo.call.game('one')).toMatchObject({ moves: [3, 4], ending: adaWins });
      expect(await repo.call.pendingMails(10)).toHaveLength(1);
      expect(await repo.call.standings({ since: null, limit: 10 })).toMatchObject([
        { playerId: 'ada', played: 1, points: 3 },
        { playerId: 'bob', played: 1, points: 0 },
      ]);
    });

    test('that makes no sense is refused with a reason, and nothing of it is there', async () => {
      const { repo } = await newStore();
      await openGames(repo, 2);
      await repo.call.openGame(game('waiting', [adaSeat, null]));
      await repo.call.openGame(game('rematch', [bobSeat, adaSeat], 'game 0'));
      await repo.call.addMove(move('game 0', 0, 3));
      await repo.call.endGame({ id: 'game 1', ending: { kind: 'draw' }, mails: [] });
      const stranger = { kind: 'player', id: 'eve', name: 'Eve' } as const;
      const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['player_exists', () => repo.call.addPlayer({ ...ada, tokenHash: 'another' })],
        ['player_exists', () => repo.call.addPlayer({ ...ada, id: 'another' })],
        ['invalid_input', () => repo.call.addPlayer({ ...ada, id: 'zero', name: '\0', tokenHash: 'zero' })],
        ['game_exists', () => repo.call.openGame(game('game 0', [bobSeat, adaSeat]))],
        ['game_exists', () => repo.call.openGame(game('another', [bobSeat, adaSeat], 'game 0'))],
        ['unknown_game', () => repo.call.openGame(game('another', [bobSeat, adaSeat], 'none'))],
        ['unknown_player', () => repo.call.openGame(game('another', [stranger, null]))],
        ['unknown_player', () => repo.call.joinGame({ id: 'waiting', side: 1, playerId: 'eve' })],
        ['unknown_game', () => repo.call.joinGame({ id: 'none', side: 1, playerId: 'bob' })],
        ['game_full', () => repo.call.joinGame({ id: 'game 0', side: 1, playerId: 'ada' })],
        ['game_over', () => repo.call.joinGame({ id: 'game 1', side: 1, playerId: 'ada' })],
        ['unknown_game', () => repo.call.addMove(move('none', 0))],
        ['wrong_ply', () => repo.call.addMove(move('game 0', 0, 4))],
        ['wrong_ply', () => repo.call.addMove(move('game 0', 2, 4))],
        ['invalid_input', () => repo.call.addMove(move('game 0', 1, 7))],
        ['invalid_input', () => repo.call.addMove(move('game 0', -1, 3))],
        ['game_over', () => repo.call.addMove(move('game 1', 0))],
        ['unknown_game', () => repo.call.endGame({ id: 'none', ending: adaWins, mails: [letter] })],
        ['game_over', () => repo.call.endGame({ id: 'game 1', ending: adaWins, mails: [letter] })],
        ['wrong_ply', () => repo.call.addMove({ ...move('game 0', 2), ending: adaWins, mails: [letter] })],
      ];
      for (const [reason, ask] of cases)
        await expect(ask()).rejects.toMatchObject({ name: 'WriteRefusedError', reason });
      // All of them together tell the same: none hurts another, and none hurts a good one among them.
      const all = [...cases.map(([, ask]) => ask()), repo.call.addMove(move('game 0', 1, 6))];
      expect(await outcomes(all)).toEqual([...cases.map(([reason]) => reason), 'done']);
      expect(await repo.call.game('game 0')).toMatchObject({ moves: [3, 6], ending: null });
      expect(await repo.call.pendingMails(10)).toEqual([]);
      expect(await repo.call.playersById(['ada', 'bob', 'eve', 'zero', 'another'])).toHaveLength(2);
      expect(await repo.call.unfinishedGames()).toEqual(expect.arrayContaining(['game 0', 'waiting', 'rematch']));
    });

    test('that is refused among many hurts none of them', async () => {
      const { repo } = await newStore();
      const ids = await openGames(repo, 100);
      const moves = ids.map((id, index) => move(id, index === 17 || index === 80 ? 1 : 0));
      const expected = moves.map(({ ply }) => (ply === 1 ? 'wrong_ply' : 'done'));
      expect(await outcomes(moves.map((row) => repo.call.addMove(row)))).toEqual(expected);
      const stored = await Promise.all(ids.map(async (id) => (await repo.call.game(id))?.moves.length));
      expect(stored).toEqual(moves.map(({ ply }) => (ply === 1 ? 0 : 1)));
    });

    test('never lands before an earlier one of the same game', async () => {
      const { repo } = await newStore();
      await openGames(repo, 1);
      const calls = [1, 0, 1, 2].map((ply) => repo.call.addMove(move('game 0', ply, ply)));
      expect(await outcomes(calls)).toEqual(['wrong_ply', 'done', 'done', 'done']);
      const end = repo.call.endGame({ id: 'game 0', ending: adaWins, mails: [] });
      const late = repo.call.addMove(move('game 0', 3));
      expect(await outcomes([end, late])).toEqual(['done', 'game_over']);
      expect(await repo.call.game('game 0')).toMatchObject({ moves: [0, 1, 2], ending: adaWins });
    });

    test('of a whole game, from its players to its end, can be asked for at once', async () => {
      const { repo } = await newStore();
      const calls = [
        repo.call.addPlayer(ada),
        repo.call.addPlayer(bob),
        repo.call.openGame(game('one', [adaSeat, null])),
        repo.call.joinGame({ id: 'one', side: 1, playerId: 'bob' }),
        repo.call.addMove(move('one', 0)),
        repo.call.addMove({ ...move('one', 1), ending: adaWins, mails: [letter] }),
        repo.call.openGame(game('two', [bobSeat, adaSeat], 'one')),
      ];
      expect(await outcomes(calls)).toEqual(calls.map(() => 'done'));
      expect((await repo.call.figures()).batches).toBe(1);
      expect(await repo.call.game('two')).toMatchObject({ rematchOf: 'one' });
    });
  });

  describe('a read', () => {
    test('sees every write that was asked for before it', async () => {
      const { repo } = await newStore();
      await openGames(repo, 1);
      for (let ply = 0; ply < 5; ply++) {
        const write = repo.call.addMove(move('game 0', ply));
        expect((await repo.call.game('game 0'))?.moves).toHaveLength(ply + 1);
        await write;
      }
      const end = repo.call.endGame({ id: 'game 0', ending: adaWins, mails: [] });
      expect(await repo.call.unfinishedGames()).toEqual([]);
      await end;
    });

    test('of one game, or player, is one query for all who ask at once', async () => {
      const { repo } = await newStore();
      const ids = await openGames(repo, 100);
      const before = (await repo.call.figures()).queries;
      const games = ids.map((id) => repo.call.game(id));
      const again = repo.call.game('game 7');
      const tokens = [ada, bob, { tokenHash: 'none' }].map(({ tokenHash }) => repo.call.playerByToken(tokenHash));
      expect((await Promise.all(games)).map((record) => record?.id)).toEqual(ids);
      expect(await again).toMatchObject({ id: 'game 7' });
      expect((await Promise.all(tokens)).map((player) => player?.id)).toEqual(['ada', 'bob', undefined]);
      const { queries, pendingReads } = await repo.call.figures();
      expect({ queries: queries - before, pendingReads }).toEqual({ queries: 2, pendingReads: 0 });
    });

    test('gives players as they are, without their tokens', async () => {
      const { repo } = await newStore();
      await openGames(repo, 0);
      const known = { id: 'ada', name: 'Ada', email: 'ada@example.org', createdAt: expect.any(Date) };
      expect(await repo.call.playerByToken('hash of ada')).toEqual(known);
      expect(await repo.call.playersById(['ada', 'none'])).toEqual([known]);
      expect(await repo.call.playersById([])).toEqual([]);
    });

    test('answers a ping', async () => {
      const { repo } = await newStore();
      await expect(repo.call.ping()).resolves.toBeUndefined();
    });
  });

  describe('results', () => {
    const end = (id: string, ending: Ending) => ({ id, ending, mails: [] });

    test('count once a game is over, computers and nobody left out', async () => {
      const { repo } = await newStore();
      await openGames(repo, 4);
      await repo.call.openGame(game('computer', [adaSeat, computer]));
      await repo.call.openGame(game('nobody', [adaSeat, null]));
      await Promise.all([
        repo.call.endGame(end('game 0', { kind: 'line', winner: 1 })),
        repo.call.endGame(end('game 1', { kind: 'draw' })),
        repo.call.endGame(end('game 2', { kind: 'timeout', winner: 1 })),
        repo.call.endGame(end('computer', { kind: 'resigned', winner: 0 })),
        repo.call.endGame(end('nobody', { kind: 'abandoned' })),
      ]);
      const table = [
        { playerId: 'bob', name: 'Bob', played: 3, won: 2, drawn: 1, lost: 0, points: 7 },
        { playerId: 'ada', name: 'Ada', played: 4, won: 1, drawn: 1, lost: 2, points: 4 },
      ];
      expect(await repo.call.standings({ since: null, limit: 10 })).toEqual(table);
      expect(await repo.call.standings({ since: longAgo, limit: 10 })).toEqual(table);
      expect(await repo.call.standings({ since: longAgo, until: inAnHour, limit: 1 })).toEqual(table.slice(0, 1));
      expect(await repo.call.standings({ since: inAnHour, limit: 10 })).toEqual([]);
      expect(await repo.call.standings({ since: longAgo, until: longAgo, limit: 10 })).toEqual([]);
    });

    test('of a span of time come in pages, in the order of their ends', async () => {
      const { repo } = await newStore();
      await openGames(repo, 5);
      await repo.call.addMove(move('game 2', 0));
      for (const id of ['game 3', 'game 1', 'game 2']) await repo.call.endGame(end(id, adaWins));
      const first = await repo.call.gamesFinishedBetween(longAgo, inAnHour, { limit: 2 });
      expect(first.map(({ id }) => id)).toEqual(['game 3', 'game 1']);
      const [, after] = first;
      if (after === undefined) throw new Error('nothing to go on from');
      expect(await repo.call.gamesFinishedBetween(longAgo, inAnHour, { limit: 2, after })).toEqual([
        {
          id: 'game 2',
          seats: [adaSeat, bobSeat],
          ending: adaWins,
          moves: 1,
          createdAt: expect.any(Date),
          startedAt: expect.any(Date),
          endedAt: expect.any(Date),
        },
      ]);
      expect(await repo.call.gamesFinishedBetween(longAgo, longAgo)).toEqual([]);
    });
  });

  test('the outbox gives those that are due, who waits longest first, and forgets what was sent or given up', async () => {
    const { repo } = await newStore();
    const [first, second, third] = await openGames(repo, 3);
    for (const id of [first, second, third]) {
      await repo.call.endGame({ id: id ?? '', ending: adaWins, mails: [{ ...letter, subject: `of ${id}` }] });
    }
    const waiting = await repo.call.pendingMails(10);
    expect(waiting).toEqual([
      {
        id: 1,
        to: 'ada@example.org',
        subject: 'of game 0',
        text: 'Well played.',
        createdAt: expect.any(Date),
        attempts: 0,
      },
      expect.objectContaining({ id: 2 }),
      expect.objectContaining({ id: 3 }),
    ]);
    await repo.call.mailFailed(1, '450 mailbox is full', 0);
    expect(await repo.call.pendingMails(2)).toMatchObject([{ id: 2 }, { id: 3 }]);
    expect(await repo.call.pendingMails(3)).toMatchObject([{ id: 2 }, { id: 3 }, { id: 1, attempts: 1 }]);
    await repo.call.mailFailed(3, '450 mailbox is full', 3_600_000);
    expect(await repo.call.pendingMails(10)).toMatchObject([{ id: 2 }, { id: 1 }]);
    await repo.call.mailSent(2);
    await repo.call.mailSent(2);
    await repo.call.mailFailed(1, '550 no such user', null);
    expect(await repo.call.pendingMails(10)).toEqual([]);
  });

  describe('the clean-up', () => {
    test('deletes games that ended before a moment, so many at a time; what they counted stays', async () => {
      const { repo } = await newStore();
      const ids = await openGames(repo, 4);
      await repo.call.openGame(game('rematch', [bobSeat, adaSeat], 'game 0'));
      for (const id of ids) {
        await Promise.all([0, 1, 2].map((ply) => repo.call.addMove(move(id, ply))));
        await repo.call.endGame({ id, ending: adaWins, mails: id === 'game 3' ? [letter] : [] });
      }
      expect(await repo.call.deleteFinishedGames({ before: longAgo, limit: 10 })).toBe(0);
      expect(await repo.call.deleteFinishedGames({ before: inAnHour, limit: 2 })).toBe(2);
      expect(await repo.call.game('game 1')).toBeUndefined();
      expect(await repo.call.game('game 2')).toBeDefined();
      expect(await repo.call.deleteFinishedGames({ before: inAnHour, limit: 10 })).toBe(1);
      expect(await repo.call.game('game 3')).toBeDefined(); // its mail is not sent yet
      expect(await repo.call.game('rematch')).toMatchObject({ rematchOf: null });
      expect(await repo.call.standings({ since: null, limit: 1 })).toMatchObject([{ playerId: 'ada', won: 4 }]);
    });

    test('deletes players of whom no game is left', async () => {
      const { repo } = await newStore();
      await openGames(repo, 0);
      await repo.call.addPlayer({ ...bob, id: 'eve', tokenHash: 'hash of eve' });
      await repo.call.openGame(game('one', [computer, adaSeat]));
      await repo.call.openGame(game('two', [bobSeat, null]));
      expect(await repo.call.deleteIdlePlayers({ before: longAgo, limit: 10 })).toBe(0);
      expect(await repo.call.deleteIdlePlayers({ before: inAnHour, limit: 10 })).toBe(1);
      expect(await repo.call.playersById(['ada', 'bob', 'eve'])).toHaveLength(2);
    });
  });

  test('a Repo that was killed comes back with what it has acknowledged', async () => {
    const { repo, runtime } = await newStore();
    await openGames(repo, 1);
    await repo.call.addMove(move('game 0', 0));
    const { pid } = repo;
    runtime.kill('Repo');
    while (!repo.isAlive) await new Promise((resolve) => setImmediate(resolve));
    expect(repo.pid).not.toBe(pid);
    expect(await repo.call.game('game 0')).toMatchObject({ moves: [3] });
    await repo.call.addMove(move('game 0', 1));
  });
}
