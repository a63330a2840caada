import { describe, expect, test } from '@jest/globals';
import {
  breakers,
  caches,
  childrenDown,
  DuplicateCheckError,
  eventLoop,
  HealthCheck,
  type HealthCheckOptions,
  HealthOptionError,
  heap,
  mailboxes,
  pools,
  restartRate,
} from '../src/index.js';
import { useHealth } from './support/health.js';

const newHealth = useHealth();

const check = (): void => {};

describe('what makes no sense is refused at the door', () => {
  test.each([
    ['no object', 5],
    ['checks that are no array', { checks: { a: check } }],
    ['a check that is none', { checks: [check] }],
    ['a check without a name', { checks: [{ check }] }],
    ['a name that is empty', { checks: [{ name: '', check }] }],
    ['a check that is not a function', { checks: [{ name: 'a', check: 'select 1' }] }],
    ['no check', { checks: [{ name: 'a' }] }],
    ['a promise in place of a check', { checks: [{ name: 'a', check: Promise.resolve() }] }],
    ['critical that is a word', { checks: [{ name: 'a', check, critical: 'yes' }] }],
    ['tags that are a word', { checks: [{ name: 'a', check, tags: 'liveness' }] }],
    ['an interval of 0', { checks: [{ name: 'a', check, intervalMs: 0 }] }],
    ['an interval that is no number', { checks: [{ name: 'a', check, intervalMs: '30s' }] }],
    ['an interval without an end', { checks: [{ name: 'a', check, intervalMs: Infinity }] }],
    ['an interval below the timeout', { checks: [{ name: 'a', check, intervalMs: 1_000, timeoutMs: 1_001 }] }],
    ['the same, for all checks', { timeoutMs: 40_000, checks: [{ name: 'a', check }] }],
    ['a timeout of NaN', { checks: [{ name: 'a', check, timeoutMs: Number.NaN }] }],
    ['a result that would be too old before the next', { checks: [{ name: 'a', check, maxAgeMs: 35_000 }] }],
    ['a run given up before its time is over', { checks: [{ name: 'a', check, abandonAfterMs: 4_999 }] }],
    ['a delay below 0', { checks: [{ name: 'a', check, initialDelayMs: -1 }] }],
    ['jitter of 1', { checks: [{ name: 'a', check, jitter: 1 }] }],
    ['rise of 0', { checks: [{ name: 'a', check, rise: 0 }] }],
    ['fall of a half', { checks: [{ name: 'a', check, fall: 0.5 }] }],
    ['no concurrency', { concurrency: 0 }],
    ['a gap below 0', { minGapMs: -1 }],
    ['a history that is shorter than nothing', { historyLength: -1 }],
    ['flapping of a single change', { flapping: { transitions: 1 } }],
    ['flapping within no time', { flapping: { withinMs: 0 } }],
    ['details for some', { details: 'sometimes' }],
    ['redact: true', { redact: true }],
    ['a format that there is not', { format: 'xml' }],
    ['a label that is empty', { label: '' }],
    ['a listener that is none', { onEvent: {} }],
    ['a clock that is none', { clock: Date }],
    ['chance that is a number', { random: 0.5 }],
    ['a group that is no object', { groups: { mine: [] } }],
    ['a group of the name of that of all', { groups: { overall: {} } }],
    ['a group without a name', { groups: { '': {} } }],
    ['an aggregate by a name', { groups: { mine: { aggregate: 'best' } } }],
    ['a status code for a state nobody knows', { groups: { mine: { statusCodes: { fine: 200 } } } }],
    ['a status code that is none', { groups: { mine: { statusCodes: { healthy: 99 } } } }],
    ['tags of a group that are none', { groups: { mine: { tags: [1] } } }],
    ['drains that is a word', { groups: { mine: { drains: 'no' } } }],
    ['a shutdown that waits for ever', { shutdown: { delayMs: Infinity } }],
  ])('%s', (_, options) => {
    expect(() => new HealthCheck(options as HealthCheckOptions)).toThrow(HealthOptionError);
    expect(() => HealthCheck.childSpec(options as HealthCheckOptions)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_HEALTH_CHECK_|^ERR_GENSERVER_/) }),
    );
  });

  test('it says what came, what was expected, and of which check', () => {
    const checks = [{ name: 'db', check, intervalMs: 1_000, timeoutMs: 2_000 }];
    expect(() => new HealthCheck({ checks })).toThrow(
      'Expected `intervalMs` of the check `db` to be at least its timeoutMs (2000), as one run must end before the next begins, got `1000`.',
    );
  });

  test('two checks of one name, at once or later; nothing has changed then', async () => {
    const twice = [1, 2].map(() => ({ name: 'a', check }));
    expect(() => new HealthCheck({ checks: twice })).toThrow(DuplicateCheckError);
    const { health, clock } = newHealth({ checks: twice.slice(1) });
    expect(() => health.add({ name: 'a', check: () => ({ kind: 'unhealthy', reason: 'x' }) })).toThrow(
      'Give this one another name',
    );
    await clock.advance(0);
    expect(health.getHealth()).toMatchObject({ state: 'healthy', checks: { a: { state: 'healthy' } } });
  });

  test.each([
    ['thresholds the wrong way round', () => heap({ used: { degradedAt: 0.9, unhealthyAt: 0.8 } })],
    ['a threshold that is no number', () => eventLoop({ p99Ms: { degradedAt: '100' as never } })],
    ['a threshold below 0', () => mailboxes(none, { length: { degradedAt: -1 } })],
    ['thresholds that are a number', () => restartRate(none, { rate: 1 as never })],
    ['a runtime that is none', () => restartRate({} as never)],
    ['none at all', () => childrenDown(undefined as never)],
    ['mailboxes of what has none', () => mailboxes({} as never)],
    ['a breaker without a state', () => breakers({ a: {} as never })],
    ['a word for an open breaker', () => breakers({}, { whenOpen: 'bad' as never })],
    ['a pool without stats', () => pools({ a: {} as never })],
    ['a cache without stats', () => caches({ a: {} as never })],
    ['expected supervisors that are a word', () => restartRate(none, { expected: 'app' as never })],
  ])('of an indicator: %s', (_, make) => {
    expect(make).toThrow(HealthOptionError);
  });
});

const none = { supervisors: () => [], mailboxes: () => [] };

test('the timeout of a short interval is that interval, and options of the whole are those of each check', async () => {
  const gates: AbortSignal[] = [];
  const { health, clock } = newHealth({
    intervalMs: 1_000,
    checks: [
      {
        name: 'a',
        check: ({ signal }) => {
          gates.push(signal);
          return new Promise<void>(() => {});
        },
      },
    ],
  });
  await clock.advance(999);
  expect(gates[0]?.aborted).toBe(false);
  await clock.advance(1);
  expect([gates[0]?.aborted, health.check('a')?.durationMs]).toEqual([true, 1_000]);
});
