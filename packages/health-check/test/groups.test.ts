import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Check, type CheckResult, degraded, healthy, type HealthState, unhealthy, unknown } from '../src/index.js';
import { useHealth } from './support/health.js';

const newHealth = useHealth();

const RESULTS: Readonly<Record<HealthState, CheckResult>> = {
  healthy: healthy(),
  degraded: degraded('d'),
  unknown: unknown('?'),
  unhealthy: unhealthy('u'),
};
const STATES = ['healthy', 'degraded', 'unknown', 'unhealthy'] as const;

function fixed(name: string, state: HealthState, options: Partial<Check> = {}): Check {
  return { name, check: () => RESULTS[state], ...options };
}

describe('which checks a group has', () => {
  test.each([
    ['without a tag: readiness, and never liveness', undefined, ['readiness', 'startup']],
    ['tagged liveness: liveness alone', ['liveness'], ['liveness']],
    ['tagged startup: startup alone', ['startup'], ['startup']],
    ['tagged twice: both', ['liveness', 'readiness'], ['liveness', 'readiness', 'startup']],
    ['a tag that is no group’s is a label: readiness', ['livenes'], ['readiness', 'startup']],
    ['of a group of one’s own', ['payments'], ['payments']],
  ] as const)('%s', async (_, tags, expected) => {
    const { health, clock } = newHealth({
      groups: { payments: {} },
      checks: [fixed('a', 'unhealthy', tags === undefined ? {} : { tags })],
    });
    await clock.advance(0);
    const groups = ['liveness', 'readiness', 'startup', 'payments'];
    expect(groups.filter((group) => 'a' in health.group(group).checks)).toEqual(expected);
    expect(groups.filter((group) => !health.group(group).ok)).toEqual(expected);
    expect(health.getHealth().state).toBe('unhealthy'); // overall has them all
  });

  test('a group may ask for other tags, and for checks by name, there or not yet', async () => {
    const { health, clock } = newHealth({
      groups: { edge: { tags: ['http', 'tls'], checks: ['late'] } },
      checks: [fixed('a', 'healthy', { tags: ['tls'] }), fixed('b', 'healthy')],
    });
    expect(Object.keys(health.group('edge').checks)).toEqual(['a']);
    health.add(fixed('late', 'degraded'));
    await clock.advance(0);
    expect(health.group('edge')).toMatchObject({ state: 'degraded', checks: { a: {}, late: {} } });
    // a is tagged for another group; to be named by one takes nothing out of readiness
    expect(Object.keys(health.group('readiness').checks)).toEqual(['b', 'late']);
  });

  test('one without checks is healthy: the program answers', () => {
    const { health } = newHealth();
    expect(health.probe('liveness').statusCode).toBe(200);
    expect(health.probe('readiness')).toMatchObject({
      statusCode: 200,
      body: '{"group":"readiness","state":"healthy","ok":true}',
    });
  });

  test('startup stays as good as it was; without checks of its own it has those of readiness', async () => {
    let state: HealthState = 'unhealthy';
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => RESULTS[state] }] });
    await clock.advance(0);
    expect(health.probe('startup').statusCode).toBe(503);
    state = 'degraded';
    await clock.advance(30_000);
    expect(health.group('startup').state).toBe('degraded');
    state = 'unhealthy';
    await clock.advance(30_000);
    expect([health.group('startup').state, health.group('readiness').state]).toEqual(['healthy', 'unhealthy']);
  });

  test('startup without any check has not started once and for all', async () => {
    const { health, clock } = newHealth();
    expect(health.probe('startup').statusCode).toBe(200);
    health.beginShutdown(); // looks at all groups
    health.add(fixed('a', 'unhealthy'));
    await clock.advance(0);
    expect(health.probe('startup').statusCode).toBe(503);
  });

  test('an unknown one is refused, with those that there are', () => {
    const { health } = newHealth();
    expect(() => health.group('redyness')).toThrow('overall, liveness, readiness, startup');
    expect(() => health.probe('redyness')).toThrow(expect.objectContaining({ code: 'ERR_HEALTH_CHECK_UNKNOWN_NAME' }));
  });
});

describe('what a group is', () => {
  test.each([
    ['healthy', 200, 200],
    ['degraded', 200, 200],
    ['unknown', 503, 200],
    ['unhealthy', 503, 503],
  ] as const)('%s: %i, and for liveness %i', async (state, readiness, liveness) => {
    const { health, clock } = newHealth({ checks: [fixed('a', state, { tags: ['liveness', 'readiness'] })] });
    await clock.advance(0);
    expect([health.probe('readiness').statusCode, health.probe('liveness').statusCode]).toEqual([readiness, liveness]);
  });

  test('status codes are an option, state by state', async () => {
    const { health, clock } = newHealth({
      groups: { readiness: { statusCodes: { degraded: 429 } } },
      checks: [fixed('a', 'degraded')],
    });
    await clock.advance(0);
    expect([health.probe('readiness').statusCode, health.probe('overall').statusCode]).toEqual([429, 200]);
  });

  test('those of liveness that are not given stay as they are: not to know is no reason to be restarted', () => {
    const { health } = newHealth({
      groups: { liveness: { statusCodes: { degraded: 429 } } },
      checks: [fixed('a', 'healthy', { tags: ['liveness'] })],
    });
    expect(health.group('liveness').state).toBe('unknown');
    expect(health.probe('liveness').statusCode).toBe(200);
  });

  test('an aggregate of one’s own sees what checks that are not critical count for', async () => {
    const seen: (readonly HealthState[])[] = [];
    const mostly = (states: readonly HealthState[]): HealthState => {
      seen.push(states);
      return states.filter((state) => state === 'healthy').length * 2 > states.length ? 'healthy' : 'unhealthy';
    };
    const { health, clock } = newHealth({
      groups: { readiness: { aggregate: mostly } },
      checks: [fixed('a', 'healthy'), fixed('b', 'healthy'), fixed('c', 'unhealthy', { critical: false })],
    });
    await clock.advance(0);
    expect(seen.at(-1)).toEqual(['healthy', 'healthy', 'degraded']);
    expect([health.group('readiness').state, health.getHealth().state]).toEqual(['healthy', 'degraded']);
  });

  test.each([
    [
      'throws',
      (): HealthState => {
        throw new Error('oops');
      },
    ],
    ['gives what is no state', (): HealthState => 'fine' as never],
  ])('an aggregate that %s makes its group unknown, and is told once', async (_, aggregate) => {
    const { health, clock, events } = newHealth({
      groups: { mine: { aggregate } },
      checks: [fixed('a', 'healthy', { tags: ['mine'] })],
    });
    await clock.advance(60_000);
    expect([health.group('mine').state, health.getHealth().state]).toEqual(['unknown', 'healthy']);
    expect(events.filter(({ kind }) => kind === 'function_failed')).toHaveLength(1);
    health.add(fixed('b', 'healthy', { tags: ['mine'] }));
    expect(health.group('mine').state).toBe('unknown');
  });

  test('agrees with a model: the worst of all, where what is not critical is degraded at worst', async () => {
    const checks = fc.array(
      fc.record({
        state: fc.constantFrom(...STATES),
        critical: fc.boolean(),
        tags: fc.subarray(['liveness', 'readiness', 'mine']),
      }),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(checks, async (given) => {
        const { health, clock } = newHealth({
          groups: { mine: {} },
          checks: given.map(({ state, ...options }, index) => fixed(`c${index}`, state, options)),
        });
        await clock.advance(0);
        for (const group of ['liveness', 'readiness', 'mine', 'overall']) {
          const isIn = (tags: readonly string[]): boolean =>
            group === 'overall' || tags.includes(group) || (tags.length === 0 && group === 'readiness');
          const badness = given
            .filter(({ tags }) => isIn(tags))
            .map(({ state, critical }) => (critical ? STATES.indexOf(state) : Math.min(1, STATES.indexOf(state))));
          expect(health.group(group).state).toBe(STATES[Math.max(0, ...badness)]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
