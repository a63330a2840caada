import { describe, expect, test } from '@jest/globals';
import { type HealthCheckAttempt, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { expectTypeOf } from 'expect-type';
import {
  type CheckFunction,
  degraded,
  healthy,
  terminusCheck,
  type TerminusIndicator,
  type TerminusResult,
  toTerminusResult,
  unhealthy,
  unknown,
} from '../src/index.js';
import { useHealth } from './support/health.js';

const newHealth = useHealth();

/** What is known of a check that does this. */
async function viewOf(check: () => unknown) {
  const { health, clock } = newHealth({ checks: [{ name: 'a', check: check as never }] });
  await clock.advance(0);
  return health.check('a');
}

class HealthCheckErrorOf11 extends Error {
  constructor(readonly causes: unknown) {
    super('Health Check failed');
  }
}

const throwing = (error: unknown) => (): never => {
  throw error;
};
type Row = readonly [title: string, check: () => unknown, expected: object];

const strange: unknown = Object.defineProperty({}, 'kind', { get: throwing(new Error('no')), enumerable: true });

describe('what a check says', () => {
  test.each<Row>([
    ['nothing', () => {}, { state: 'healthy' }],
    ['a promise of nothing', async () => {}, { state: 'healthy' }],
    ['healthy, with facts', () => healthy({ rows: 3 }), { state: 'healthy', data: { rows: 3 } }],
    ['degraded', () => degraded('slow', { ms: 9 }), { state: 'degraded', ok: true, reason: 'slow', data: { ms: 9 } }],
    ['unhealthy', async () => unhealthy('down'), { state: 'unhealthy', ok: false, reason: 'down', problem: undefined }],
    ['unknown', () => unknown('no quorum'), { state: 'unknown', ok: false, reason: 'no quorum' }],
    [
      'an error thrown',
      throwing(new RangeError('x')),
      { state: 'unhealthy', problem: 'failed', reason: 'RangeError: x' },
    ],
    ['an error rejected', async () => throwing(new Error('x'))(), { state: 'unhealthy', problem: 'failed' }],
    ['something thrown that is no error', throwing(undefined), { problem: 'failed', reason: 'undefined' }],
    ['a status nobody knows', () => ({ kind: 'fine' }), { state: 'unhealthy', problem: 'bad_result' }],
    ['a word', () => 'ok', { state: 'unhealthy', problem: 'bad_result' }],
    ['true', () => true, { state: 'unhealthy', problem: 'bad_result' }],
    ['null', () => null, { state: 'unhealthy', problem: 'bad_result' }],
    ['the rows of a query', () => [{ one: 1 }], { state: 'unhealthy', problem: 'bad_result' }],
    ['a function', () => () => {}, { state: 'unhealthy', problem: 'bad_result' }],
    ['a reason that is no text', () => ({ kind: 'degraded', reason: 5 }), { problem: 'bad_result' }],
    ['facts that are none', () => ({ kind: 'healthy', data: [] }), { problem: 'bad_result' }],
    ['what throws when it is read', () => strange, { state: 'unhealthy', problem: 'bad_result' }],
  ])('%s', async (_, check, expected) => {
    expect(await viewOf(check)).toMatchObject(expected);
  });

  test('a thing that is wrong is said in the reason, with what to do', async () => {
    expect((await viewOf(() => ({ kind: 'fine' })))?.reason).toBe(
      "The check returned { kind: 'fine' }. Return nothing when all is well, or a result whose kind is one of healthy, " +
        'degraded, unknown, unhealthy: see healthy(), degraded(), unhealthy(), unknown().',
    );
  });
});

describe('what an indicator of terminus says', () => {
  test.each<Row>([
    ['up', () => ({ db: { status: 'up' } }), { state: 'healthy', data: undefined }],
    ['up, with facts', () => ({ db: { status: 'up', ms: 3 } }), { state: 'healthy', data: { ms: 3 } }],
    ['degraded', () => ({ db: { status: 'degraded', message: 'slow' } }), { state: 'degraded', reason: 'db: slow' }],
    ['down', async () => ({ db: { status: 'down' } }), { state: 'unhealthy', reason: 'db is down' }],
    [
      'of several things is as bad as the worst',
      () => ({ a: { status: 'up' }, b: { status: 'down', message: 'x' }, c: { status: 'degraded' } }),
      { state: 'unhealthy', reason: 'b: x; c is degraded', data: { a: { status: 'up' } } },
    ],
    ['a status nobody knows', () => ({ db: { status: 'UP' } }), { state: 'unhealthy', problem: 'bad_result' }],
    [
      'thrown, as terminus 11 does',
      throwing(new HealthCheckErrorOf11({ db: { status: 'down', message: 'refused' } })),
      { state: 'unhealthy', reason: 'db: refused', problem: undefined },
    ],
    ['thrown, though it says up', throwing(new HealthCheckErrorOf11({ db: { status: 'up' } })), { problem: 'failed' }],
  ])('%s', async (_, check, expected) => {
    expect(await viewOf(check)).toMatchObject(expected);
    expect(await viewOf(terminusCheck(check) as never)).toMatchObject(expected);
  });

  test('an attempt, which is no function, runs each time', async () => {
    let runs = 0;
    const attempt = new HealthIndicatorService().check('db').attempt(() => {
      if (++runs > 1) throw new Error('refused');
      return { rows: 1 };
    });
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: terminusCheck(attempt) }] });
    await clock.advance(0);
    expect(health.check('a')).toMatchObject({ state: 'healthy', data: { rows: 1 } });
    await clock.advance(30_000);
    expect(health.check('a')).toMatchObject({ state: 'unhealthy', reason: 'db: refused', hasErrorText: true });
    expect(() => terminusCheck({} as never)).toThrow('an indicator of @nestjs/terminus');
  });

  test('its types fit', () => {
    expectTypeOf<HealthIndicatorResult>().toExtend<TerminusResult>();
    expectTypeOf<HealthCheckAttempt>().toExtend<TerminusIndicator>();
    expectTypeOf(() => new HealthIndicatorService().check('db').up({ rows: 1 })).toExtend<CheckFunction>();
    expect(terminusCheck(() => new HealthIndicatorService().check('db').up())).toBeInstanceOf(Function);
  });

  test.each([
    ['healthy', 'up', 'up'],
    ['degraded', 'degraded', 'up'],
    ['unknown', 'down', 'down'],
    ['unhealthy', 'down', 'down'],
  ] as const)('%s of ours is %s there, and for terminus 11 %s', (state, status, statusOf11) => {
    const view = { name: 'db', state, reason: undefined, data: { ms: 3 } };
    expect(toTerminusResult(view)).toEqual({ db: { status, state, ms: 3 } });
    expect(toTerminusResult({ ...view, reason: 'so' }, { degradedAs: 'up' })).toEqual({
      db: { status: statusOf11, state, ms: 3, message: 'so' },
    });
  });
});
