import { describe, expect, test } from '@jest/globals';
import { resultMails } from '../../src/mail/result-mails.js';
import type { Ending, PlayerRecord, Seats } from '../../src/store/records.js';

const ada = player('a', 'Ada', 'ada@example.org');
const bob = player('b', 'Bob', 'bob@example.org');
const quiet = player('q', 'Quiet', null);

describe('the mails about a game that is over', () => {
  test('go to each player who gave an address, and say it from that side', () => {
    const mails = resultMails(gameOf('a', 'b'), { kind: 'line', winner: 0 }, [ada, bob]);

    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['ada@example.org', 'Connect Four: you won against Bob'],
      ['bob@example.org', 'Connect Four: you lost against Ada'],
    ]);
  });

  test('go to nobody without an address', () => {
    expect(resultMails(gameOf('q', 'b'), { kind: 'draw' }, [quiet, bob]).map(({ to }) => to)).toEqual([
      'bob@example.org',
    ]);
  });

  test('tell how many moves were made, and which, counted from 1 as on the board', () => {
    const [mail] = resultMails(gameOf('a', 'b'), { kind: 'draw' }, [ada]);

    expect(mail?.text).toContain('is over after 3 moves');
    expect(mail?.text).toContain('\n4 5 1');
  });

  test.each<[Ending, string]>([
    [{ kind: 'line', winner: 0 }, 'four in a line'],
    [{ kind: 'resigned', winner: 0 }, 'one side resigned'],
    [{ kind: 'timeout', winner: 0 }, 'time for a move was up'],
    [{ kind: 'draw' }, 'The board is full'],
  ])('say how it ended: %j', (ending, words) => {
    expect(resultMails(gameOf('a', 'b'), ending, [ada])[0]?.text).toContain(words);
  });

  test('name the computer by its level', () => {
    const seats: Seats = [
      { kind: 'computer', level: 3 },
      { kind: 'player', id: 'a', name: 'Ada' },
    ];

    const mails = resultMails({ id: 'g', seats, moves: [] }, { kind: 'resigned', winner: 0 }, [ada]);

    expect(mails.map(({ subject }) => subject)).toEqual(['Connect Four: you lost against the computer (level 3)']);
    expect(mails[0]?.text).toContain('\nnone');
  });

  test('are none for a game to which nobody came', () => {
    const seats: Seats = [{ kind: 'player', id: 'a', name: 'Ada' }, null];

    expect(resultMails({ id: 'g', seats, moves: [] }, { kind: 'abandoned' }, [ada])).toEqual([]);
  });

  test('do not go to players of other games', () => {
    expect(resultMails(gameOf('a', 'b'), { kind: 'draw' }, [player('z', 'Zoe', 'zoe@example.org')])).toEqual([]);
  });
});

function player(id: string, name: string, email: string | null): PlayerRecord {
  return { id, name, email, createdAt: new Date(0) };
}

function gameOf(first: 'a' | 'q', second: 'b'): Parameters<typeof resultMails>[0] {
  const name = first === 'a' ? 'Ada' : 'Quiet';
  return {
    id: 'game',
    seats: [
      { kind: 'player', id: first, name },
      { kind: 'player', id: second, name: 'Bob' },
    ],
    moves: [3, 4, 0],
  };
}
