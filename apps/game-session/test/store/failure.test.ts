import { expect, test } from '@jest/globals';
import { DrizzleQueryError } from 'drizzle-orm';
import { ConnectionError } from '../../src/store/errors.js';
import { causeOf, failureOf, refusalOf } from '../../src/store/failure.js';

/** As the server says it, wrapped by drizzle. */
function said(code: string, constraint?: string): Error {
  const error = Object.assign(new Error('said'), {
    severity: 'ERROR',
    code,
    ...(constraint !== undefined && { constraint }),
  });
  return new DrizzleQueryError('insert …', ['secret'], error);
}

const lost = new DrizzleQueryError('insert …', ['secret'], new Error('Connection terminated unexpectedly'));

test.each([
  ['a row that goes against a constraint', said('23505'), 'refused', 'refused'],
  ['a value that no column can hold', said('22021'), 'refused', 'refused'],
  ['a server that shuts down', said('57P01'), 'away', 'away'],
  ['a statement that took too long', said('57014'), 'away', 'away'],
  ['a full disk', said('53100'), 'away', 'away'],
  ['a deadlock', said('40P01'), 'away', 'away'],
  ['a table that is not there', said('42P01'), 'broken', 'broken'],
  ['no connection', new ConnectionError('none'), 'away', 'away'],
  ['a connection that was lost', lost, 'away', 'broken'],
  ['a mistake of ours', new TypeError('undefined is not a function'), 'broken', 'broken'],
])('%s is told by what the server, or the driver, says', (_, error, overNetwork, embedded) => {
  expect([failureOf(error, true), failureOf(error, false)]).toEqual([overNetwork, embedded]);
});

test.each([
  ['moves_previous', 'wrong_ply'],
  ['games_o_player_players_id_fk', 'unknown_player'],
  ['games_rematch_of', 'unknown_game'],
  ['moves_on_board', 'invalid_input'],
])('a row against %s is refused as %s', (constraint, reason) => {
  expect(refusalOf(said('23503', constraint))).toBe(reason);
});

test('what is told of a failure has no parameters of its statement in it', () => {
  expect(String(causeOf(lost))).toBe('Error: Connection terminated unexpectedly');
  expect(String(causeOf(said('23505')))).not.toContain('secret');
});
