import { describe, expect, test } from '@jest/globals';
import {
  BadRequestException,
  ForbiddenException,
  InternalServerErrorException,
  NotFoundException,
} from '@nestjs/common';
import {
  CallCycleError,
  CallTimeoutError,
  ChildError,
  ExitReason,
  NoProcessError,
  ProcessExitedError,
} from '@rookery/genserver';
import { StoreUnavailableError, WriteRefusedError } from '../../src/store/errors.js';
import { AccessError } from '../../src/web/errors.js';
import { InvalidInputError } from '../../src/web/invalid-input.error.js';
import { refusalOf } from '../../src/web/refusal.js';

describe('what outsiders are told of', () => {
  test.each([
    [503, 'restarting', 1000, new NoProcessError('UserManager', 'join')],
    [503, 'restarting', 1000, new ProcessExitedError('UserManager', 'join', ExitReason.error(new Error('secret')))],
    [503, 'too_many_games', 1000, new ChildError('max_children', 'games/one', 'GameSessions')],
    [504, 'timeout', 1000, new CallTimeoutError('UserManager', 'join', 5000)],
    [500, 'internal_error', undefined, new CallCycleError(['UserManager', 'UserManager'], 'join')],
  ])('a server that fails: %i %s', (statusCode, reason, retryAfterMs, failure) => {
    const refusal = refusalOf(failure);
    expect(refusal).toMatchObject({ statusCode, reason });
    expect(refusal.retryAfterMs).toBe(retryAfterMs);
    expect(refusal.message).not.toContain('UserManager');
    expect(refusal.message).not.toContain('secret');
  });

  test.each([
    [503, 'store_unavailable', 1000, new StoreUnavailableError('away', true)],
    [401, 'unauthorized', undefined, new AccessError('unauthorized')],
    [403, 'chaos_off', undefined, new AccessError('chaos_off')],
    [429, 'rate_limited', 70, new AccessError('rate_limited', 70)],
  ])('an error with a reason for outsiders: %i %s', (statusCode, reason, retryAfterMs, error) => {
    const refusal = refusalOf(error);
    expect(refusal).toMatchObject({ statusCode, reason, message: error.message });
    expect(refusal.retryAfterMs).toBe(retryAfterMs);
  });

  test.each([
    ['an error of another kind', new Error('secret')],
    ['a reason that is for us', new WriteRefusedError('game_exists', 'secret')],
    ['a reason that is the name of something else', Object.assign(new Error('secret'), { reason: 'toString' })],
    ['an error of ours over HTTP', new InternalServerErrorException('secret')],
    ['what is no error', 'secret'],
  ])('%s: 500, and nothing about it', (_, error) => {
    const refusal = refusalOf(error);
    expect(refusal).toMatchObject({ statusCode: 500, reason: 'internal_error' });
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });

  test('wrong input: each field', () => {
    const errors = [{ field: 'column', message: 'must be an integer from 0 to 6' }];
    expect(refusalOf(new InvalidInputError(errors))).toMatchObject({
      statusCode: 400,
      reason: 'invalid_input',
      errors,
    });
  });

  test.each([
    [403, 'refused', new ForbiddenException('Not today.')],
    [404, 'unknown_route', new NotFoundException('Cannot GET /x')],
  ])('a request that gets to no controller: %i %s', (statusCode, reason, error) => {
    expect(refusalOf(error)).toEqual({ statusCode, reason, message: error.message });
  });

  test('a body that is no JSON: which part of the request', () => {
    const error = new BadRequestException('Unexpected token', { cause: new SyntaxError('Unexpected token') });
    expect(refusalOf(error)).toMatchObject({
      reason: 'invalid_input',
      errors: [{ field: 'body', message: expect.stringContaining('must be a JSON object') }],
    });
  });
});
