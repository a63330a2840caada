import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOf, batchSize, isBatched, isOneStatement } from '../../src/store/write-batch.js';
import type { Write } from '../../src/store/writes.js';
import { ada, game, move } from '../support/games.js';

const player: Write = { kind: 'add_player', row: ada };
const open = (id: string): Write => ({ kind: 'open_game', row: game(id) });
const join = (id: string): Write => ({ kind: 'join_game', row: { id, side: 1, playerId: 'bob' } });
const play = (id: string, ply: number): Write => ({ kind: 'add_move', row: move(id, ply) });
const win = (id: string, ply: number): Write => ({
  kind: 'add_move',
  row: { ...move(id, ply), ending: { kind: 'line', winner: 0 } },
});
const end = (id: string, mails = 0): Write => ({
  kind: 'end_game',
  row: {
    id,
    ending: { kind: 'draw' },
    mails: Array.from({ length: mails }, () => ({ to: 'a', subject: 'b', text: 'c' })),
  },
});
const sent: Write = { kind: 'mail_sent', id: 1 };

describe('a batch ends', () => {
  test.each<readonly [rule: string, waiting: readonly Write[], size: number]>([
    ['with what waits', [], 0],
    ['with what waits, in the order of a whole game', [player, open('a'), join('a'), play('a', 0), win('a', 1)], 5],
    ['never between two games', [end('a'), win('b', 3), play('c', 0), join('d'), open('e')], 5],
    ['before a move that would be written with an earlier one', [play('a', 1), play('a', 0)], 1],
    ['before the same move again', [play('a', 0), play('a', 0)], 1],
    ['before a move of a game that ends in it', [end('a'), play('a', 1)], 1],
    ['before another ending of a game', [win('a', 1), end('a')], 1],
    ['before a game is joined, or opened, again', [open('a'), join('a'), join('a')], 2],
    ['before a player comes again', [player, player], 1],
    ['before a kind that is written alone', [play('a', 0), sent], 1],
    ['behind one that is written alone', [sent, play('a', 0)], 1],
  ])('%s', (_, waiting, size) => {
    expect(batchSize(waiting)).toBe(size);
  });
});

test('whatever waits is written once, and each game in its order', () => {
  const ids = fc.constantFrom('a', 'b', 'c');
  const plies = fc.integer({ min: 0, max: 3 });
  const writes = fc.oneof(
    fc.constant(player),
    fc.constant(sent),
    ...[open, join, (id: string) => end(id)].map((make) => ids.map(make)),
    ...[play, win].map((make) => fc.tuple(ids, plies).map(([id, ply]) => make(id, ply))),
  );
  fc.assert(
    fc.property(fc.array(writes, { maxLength: 30 }), (asked) => {
      const written: Write[] = [];
      while (written.length < asked.length) written.push(...inStatementOrder(asked.slice(written.length)));
      expect(written).toHaveLength(asked.length);
      for (const id of ['a', 'b', 'c']) expect(written.filter(isOf(id))).toEqual(asked.filter(isOf(id)));
    }),
  );
});

/** The next batch, in the order in which its statements write it. */
function inStatementOrder(waiting: readonly Write[]): readonly Write[] {
  const batch = waiting.slice(0, batchSize(waiting));
  const batched = batch.filter(isBatched);
  if (batched.length === 0) return batch;
  const { players, games, joins, moves, endings } = batchOf(batched);
  const rows: readonly unknown[] = [...players, ...games, ...joins, ...moves, ...endings];
  return rows.flatMap((row) => batched.find((write) => write.row === row) ?? []);
}

function isOf(id: string): (write: Write) => boolean {
  return (write) => 'row' in write && ('gameId' in write.row ? write.row.gameId : write.row.id) === id;
}

test.each<readonly [writes: readonly Write[], isOne: boolean]>([
  [[play('a', 0), play('b', 5)], true],
  [[end('a'), end('b')], true],
  [[open('a')], true],
  [[play('a', 0), open('b')], false],
  [[win('a', 3)], false],
  [[end('a', 1)], false],
])(
  'one statement is enough for one kind of rows, without endings and mails that come with them (%#)',
  (writes, isOne) => {
    expect(isOneStatement(batchOf(writes.filter(isBatched)))).toBe(isOne);
  },
);
