import { describe, expect, test } from '@jest/globals';
import { degraded, healthy, type HealthCheckOptions, unhealthy } from '../src/index.js';
import { isoAt, useHealth } from './support/health.js';

const newHealth = useHealth();

const SECRET = 'password=hunter2';

async function probed(options: HealthCheckOptions = {}) {
  const { health, clock, events } = newHealth({
    checks: [
      {
        name: 'database',
        check: () => {
          throw new Error(`connect postgres://app:${SECRET}@db`);
        },
      },
      { name: 'replica', check: () => degraded('it lags', { lagMs: 900 }), critical: false },
      { name: 'queue', check: () => healthy({ depth: 3 }) },
    ],
    ...options,
  });
  await clock.advance(0);
  const ask = (group: string, how?: Parameters<typeof health.probe>[1]) => {
    const answer = health.probe(group, how);
    return { ...answer, text: answer.body, body: JSON.parse(answer.body) as Record<string, unknown> };
  };
  return { health, clock, events, ask };
}

describe('details', () => {
  test.each([
    ['never', false, false],
    ['never', true, false],
    ['authorized', false, false],
    ['authorized', true, true],
    ['always', false, true],
  ] as const)('%s, and the client is let in: %s: shown: %s', async (details, authorized, isShown) => {
    const { ask } = await probed({ details });
    const { statusCode, body } = ask('overall', { authorized });
    expect([statusCode, body['state'], 'checks' in body]).toEqual([503, 'unhealthy', isShown]);
  });

  test('are never by default: the state and no more', async () => {
    const { ask } = await probed();
    expect(ask('readiness')).toMatchObject({
      text: '{"group":"readiness","state":"unhealthy","ok":false}',
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    });
  });

  test.each(['rookery', 'terminus', 'health+json'] as const)(
    'the text of errors is taken out, in %s',
    async (format) => {
      const { ask, health, clock } = await probed({ details: 'always', format });
      await clock.advance(30_000);
      expect(health.check('database')?.reason).toContain(SECRET); // for logs it is there
      expect(ask('overall').text).not.toContain(SECRET);
      expect(ask('overall').text).toContain('The check failed with an error.');
      expect(ask('overall').text).toContain('it lags'); // what a check says on purpose stays
    },
  );

  test('what an indicator of terminus says is text of an error, as its message often is', async () => {
    const { ask } = await probed({
      details: 'always',
      checks: [{ name: 'a', check: () => ({ a: { status: 'down', message: SECRET, stack: SECRET } }) }],
    });
    expect(ask('overall').text).not.toContain(SECRET);
    expect(ask('overall').text).toContain('The check says so.');
  });

  test.each([
    ['the last run, not yet believed', ['up', 'down'], 'healthy'],
    ['what is believed, though the last run was good', ['down', 'up'], 'unhealthy'],
  ] as const)('the text of errors is taken out, of %s', async (_, [first, then], state) => {
    let status: 'up' | 'down' = first;
    const { ask, health, clock } = await probed({
      details: 'always',
      rise: 2,
      fall: 2,
      checks: [{ name: 'a', check: () => ({ a: { status, ...(status === 'down' && { message: SECRET }) } }) }],
    });
    status = then;
    await clock.advance(30_000);
    expect(health.check('a')).toMatchObject({ state, hasErrorText: true });
    expect(JSON.stringify(health.check('a'))).toContain(SECRET);
    expect(ask('overall').text).not.toContain(SECRET);
  });

  test('redact: false shows all; a function shows what it gives', async () => {
    expect((await probed({ details: 'always', redact: false })).ask('overall').text).toContain(SECRET);
    const { ask } = await probed({
      details: 'always',
      redact: (check) => ({ ...check, reason: `code ${check.name}`, data: {}, transitions: [] }),
    });
    expect(ask('overall').body).toMatchObject({
      checks: { database: { reason: 'code database' }, queue: { data: {} } },
    });
    expect(ask('overall').text).not.toContain(SECRET);
  });

  test('a redaction that throws shows the states alone, and is told once', async () => {
    const { ask, events, clock } = await probed({
      details: 'always',
      redact: () => {
        throw new Error('oops');
      },
    });
    expect(ask('overall').text).not.toContain(SECRET);
    expect(ask('overall').text).not.toContain('it lags');
    expect(ask('overall').body).toMatchObject({ checks: { replica: { state: 'degraded' } } });
    await clock.advance(30_000);
    ask('overall');
    expect(events.filter(({ kind }) => kind === 'function_failed')).toHaveLength(3); // once for each check
  });

  test('facts that cannot be written as JSON take nothing else away', async () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const { ask } = await probed({ details: 'always', checks: [{ name: 'a', check: () => healthy(loop) }] });
    expect(ask('overall')).toMatchObject({ statusCode: 200, body: { checks: { a: { state: 'healthy' } } } });
  });
});

describe('formats', () => {
  test('ours', async () => {
    const { ask } = await probed({ details: 'always' });
    expect(ask('overall').body).toMatchObject({
      group: 'overall',
      state: 'unhealthy',
      ok: false,
      lastCheck: isoAt(0),
      checks: {
        database: { state: 'unhealthy', problem: 'failed', critical: true, lastFailure: isoAt(0) },
        replica: { state: 'degraded', ok: true, critical: false, data: { lagMs: 900 } },
        queue: { state: 'healthy', data: { depth: 3 }, successes: 1 },
      },
    });
  });

  test('terminus', async () => {
    const { ask } = await probed({ details: 'always' });
    const down = { database: { status: 'down', state: 'unhealthy', message: 'The check failed with an error.' } };
    const up = {
      replica: { status: 'degraded', state: 'degraded', message: 'it lags', lagMs: 900 },
      queue: { status: 'up', state: 'healthy', depth: 3 },
    };
    expect(ask('overall', { format: 'terminus' }).body).toEqual({
      status: 'error',
      info: up,
      error: down,
      details: { ...up, ...down },
    });
    expect(ask('liveness', { format: 'terminus' }).body).toEqual({ status: 'ok', info: {}, error: {}, details: {} });
  });

  test.each([
    ['healthy', () => {}, 'ok'],
    ['degraded', () => degraded('x'), 'degraded'],
    ['unhealthy', () => unhealthy('x'), 'error'],
  ] as const)('terminus: %s', async (_, check, status) => {
    const { ask, health } = await probed({ format: 'terminus', checks: [{ name: 'a', check }] });
    expect(ask('readiness').body['status']).toBe(status);
    health.beginShutdown();
    expect(ask('readiness').body['status']).toBe('shutting_down');
  });

  test('application/health+json', async () => {
    const { ask } = await probed({ details: 'always', format: 'health+json' });
    expect(ask('overall')).toMatchObject({
      headers: { 'content-type': 'application/health+json; charset=utf-8' },
      body: {
        status: 'fail',
        checks: {
          database: [
            { componentType: 'component', status: 'fail', time: isoAt(0), output: 'The check failed with an error.' },
          ],
          replica: [{ status: 'warn', output: 'it lags', observedUnit: 'ms' }],
          queue: [{ status: 'pass' }],
        },
      },
    });
    expect(ask('liveness').body).toMatchObject({ status: 'pass' });
  });

  test.each([
    ['healthy', () => {}, 'pass'],
    ['degraded', () => degraded('x'), 'warn'],
    ['unhealthy', () => unhealthy('x'), 'fail'],
  ] as const)('health+json: %s', async (_, check, status) => {
    const { ask } = await probed({ format: 'health+json', checks: [{ name: 'a', check }] });
    expect(ask('readiness').body).toEqual({ status });
  });

  test.each(['readiness', 'liveness'])(
    'health+json says fail with 503, and warn with 200: unknown, of %s',
    async (group) => {
      const { health } = newHealth({
        format: 'health+json',
        checks: [{ name: 'a', tags: ['liveness', 'readiness'], check: () => {} }],
      });
      const { statusCode, body } = health.probe(group);
      expect([statusCode, JSON.parse(body)]).toEqual(
        group === 'readiness' ? [503, { status: 'fail' }] : [200, { status: 'warn' }],
      );
    },
  );

  test('of one probe is its own', async () => {
    const { ask } = await probed();
    expect(ask('readiness', { format: 'health+json' }).body).toEqual({ status: 'fail' });
    expect(() => ask('readiness', { format: 'xml' as never })).toThrow("one of 'rookery', 'terminus', 'health+json'");
    expect(() => ask('readiness', { authorized: 'yes' as never })).toThrow('true or false');
  });
});

test('an answer is written once, until something changes', async () => {
  const { health, clock } = await probed({ details: 'always' });
  const [first, second] = [health.probe('overall'), health.probe('overall')];
  expect(first).toBe(second);
  await clock.advance(30_000);
  expect(health.probe('overall')).not.toBe(first);
});
