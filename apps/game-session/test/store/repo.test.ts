import { expect, test } from '@jest/globals';
import { useStores } from '../support/stores.js';

const newStore = useStores();

const ada = { id: 'ada', name: 'Ada', email: 'ada@example.org', tokenHash: 'hash of ada' };
const bob = { id: 'bob', name: 'Bob', email: null, tokenHash: 'hash of bob' };

test('a game is read as it was written', async () => {
  const { repo } = await newStore();
  await repo.call.addPlayer(ada);
  await repo.call.addPlayer(bob);
  await repo.call.openGame({ id: 'one', seats: [{ kind: 'player', id: 'ada', name: 'Ada' }, null], rematchOf: null });
  await repo.call.joinGame({ id: 'one', side: 1, playerId: 'bob' });
  await repo.call.addMove({ gameId: 'one', ply: 0, column: 3, ending: null, mails: [] });
  await repo.call.addMove({ gameId: 'one', ply: 0, column: 3, ending: null, mails: [] });
  await repo.call.addMove({
    gameId: 'one',
    ply: 1,
    column: 4,
    ending: { kind: 'line', winner: 1 },
    mails: [{ to: 'ada@example.org', subject: 'lost', text: 'text' }],
  });
  expect(await repo.call.game('one')).toEqual({
    id: 'one',
    seats: [
      { kind: 'player', id: 'ada', name: 'Ada' },
      { kind: 'player', id: 'bob', name: 'Bob' },
    ],
    moves: [3, 4],
    createdAt: expect.any(Date),
    startedAt: expect.any(Date),
    lastMoveAt: expect.any(Date),
    ending: { kind: 'line', winner: 1 },
    rematchOf: null,
  });
  expect(await repo.call.pendingMails(10)).toEqual([
    { id: 1, to: 'ada@example.org', subject: 'lost', text: 'text', attempts: 0 },
  ]);
  expect(await repo.call.standings({ since: null, limit: 10 })).toEqual([
    { playerId: 'bob', name: 'Bob', played: 1, won: 1, drawn: 0, lost: 0, points: 3 },
    { playerId: 'ada', name: 'Ada', played: 1, won: 0, drawn: 0, lost: 1, points: 0 },
  ]);
  expect(await repo.call.standings({ since: new Date(0), limit: 10 })).toEqual(
    await repo.call.standings({ since: null, limit: 10 }),
  );
  expect(await repo.call.gamesFinishedBetween(new Date(0), new Date(Date.now() + 1e6))).toMatchObject([
    { id: 'one', moves: 2 },
  ]);
  expect(await repo.call.unfinishedGames()).toEqual([]);
  expect(await repo.call.playerByToken('hash of ada')).toMatchObject({ id: 'ada', email: 'ada@example.org' });
  await repo.call.mailSent(1);
  expect(await repo.call.deleteFinishedGames({ before: new Date(Date.now() + 1e6), limit: 10 })).toBe(1);
  expect(await repo.call.deleteIdlePlayers({ before: new Date(Date.now() + 1e6), limit: 10 })).toBe(2);
});
