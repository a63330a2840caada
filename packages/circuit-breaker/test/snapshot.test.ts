import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  anyOf,
  BreakerOptionError,
  type BreakerSnapshot,
  CircuitBreaker,
  type CircuitBreakerOptions,
  consecutive,
  countWindow,
  slowRate,
  type Strategy,
  timeWindow,
} from '../src/index.js';
import { ManualClock } from '@rookery/genserver/testing';
import { endOf, failTimes } from './support/breakers.js';

/** A machine, or the next one: its own clock, and one date for all. */
class World {
  date = 1e12;
  readonly clock = new ManualClock();

  make(options: CircuitBreakerOptions = {}): CircuitBreaker {
    return new CircuitBreaker({ failureThreshold: 2, timeoutMs: 1000, ...this.#times(), ...options });
  }

  /** In another process, `laterMs` later. */
  restore(json: string, laterMs: number, options: CircuitBreakerOptions = {}): CircuitBreaker {
    this.date += laterMs;
    const all = { failureThreshold: 2, timeoutMs: 1000, ...this.#times(), clock: new ManualClock(), ...options };
    return CircuitBreaker.fromJSON(JSON.parse(json) as BreakerSnapshot, all);
  }

  async pass(ms: number): Promise<void> {
    this.date += ms;
    await this.clock.advance(ms);
  }

  #times(): Pick<CircuitBreakerOptions, 'clock' | 'date'> {
    return { clock: this.clock, date: () => this.date };
  }
}

const retryAfterOf = async (breaker: CircuitBreaker): Promise<number | undefined> =>
  ((await endOf(breaker.call(() => 1))) as { retryAfterMs?: number }).retryAfterMs;

describe('toJSON and fromJSON', () => {
  test.each([
    [0, 'open', 700],
    [300, 'open', 400],
    [700, 'half_open', undefined],
    [1e9, 'half_open', undefined],
    [-5000, 'open', 700],
  ] as const)('what was open with 700 ms left is, %d ms later, %s', async (laterMs, state, retryAfterMs) => {
    const world = new World();
    const breaker = world.make();
    await failTimes(breaker, 2);
    await world.pass(300);
    const restored = world.restore(JSON.stringify(breaker), laterMs);
    expect([restored.state, await retryAfterOf(restored)]).toEqual([state, retryAfterMs]);
  });

  test('half-open goes on as open with no time left: the next call is a probe', async () => {
    const world = new World();
    const breaker = world.make();
    await failTimes(breaker, 2);
    await world.pass(1000);
    breaker.tryAcquire();
    const restored = world.restore(JSON.stringify(breaker), 0);
    expect([restored.state, await restored.call(() => 1), restored.state]).toEqual(['half_open', 1, 'closed']);
  });

  test.each<readonly [string, Strategy]>([
    ['consecutive', consecutive(3)],
    ['count window', countWindow({ size: 4, failureRate: 0.75, minimumCalls: 4 })],
    ['time window', timeWindow({ windowMs: 1000, failureRate: 0.5, minimumCalls: 3 })],
    ['any of', anyOf(consecutive(3), slowRate({ slowCallMs: 5, size: 2, minimumCalls: 2, slowRate: 1 }))],
  ])('what was counted stays counted (%s)', async (_, strategy) => {
    const world = new World();
    const options = { strategy, failureThreshold: undefined } as never;
    const breaker = world.make(options);
    await breaker.call(() => 1);
    await failTimes(breaker, 1);
    await failTimes(breaker, strategy.kind === 'failure_rate' && strategy.span.kind === 'time' ? 0 : 1);
    const restored = world.restore(JSON.stringify(breaker), 0, options);
    expect(restored.state).toBe('closed');
    await failTimes(restored, 1);
    expect(restored.state).toBe('open');
  });

  test('a window of time has lost what is too old', async () => {
    const world = new World();
    const options = { strategy: timeWindow({ windowMs: 1000, minimumCalls: 3 }), failureThreshold: undefined } as never;
    const breaker = world.make(options);
    await failTimes(breaker, 2);
    const [soon, late] = [500, 1000].map((ms) => world.restore(JSON.stringify(breaker), ms, options));
    await failTimes(soon as CircuitBreaker, 1);
    await failTimes(late as CircuitBreaker, 1);
    expect([soon?.state, late?.state]).toEqual(['open', 'closed']);
  });

  test('a hold is kept, and so is how often it has opened', async () => {
    const world = new World();
    const openTime = { factor: 2, maxMs: 1e6 };
    const breaker = world.make({ openTime });
    await failTimes(breaker, 2);
    const again = world.restore(JSON.stringify(breaker), 1000, { openTime });
    await failTimes(again, 1);
    expect(await retryAfterOf(again)).toBe(2000);
    again.forceClosed();
    const held = world.restore(JSON.stringify(again), 0);
    expect([held.mode, held.state]).toEqual(['forced_closed', 'closed']);
  });

  test('another strategy begins its count anew, and another limit is not passed over', async () => {
    const world = new World();
    const breaker = world.make({ failureThreshold: 10 });
    await failTimes(breaker, 9);
    const fewer = world.restore(JSON.stringify(breaker), 0, { failureThreshold: 3 });
    expect(fewer.state).toBe('closed');
    await failTimes(fewer, 1);
    expect(fewer.state).toBe('open');
    const other = world.restore(JSON.stringify(breaker), 0, {
      strategy: countWindow({ minimumCalls: 1, size: 1 }),
      failureThreshold: undefined,
    } as never);
    expect(other.state).toBe('closed');
  });

  test('what no breaker has given is refused, whatever part of it is missing or wrong', () => {
    const good = new World().make({ strategy: timeWindow(), failureThreshold: undefined } as never).toJSON();
    const keys = fc.constantFrom('version', 'takenAtMs', 'mode', 'trips', 'phase', 'window');
    const bad = fc.constantFrom<unknown>(
      undefined,
      null,
      NaN,
      -1,
      'x',
      {},
      { kind: 'x' },
      { kind: 'open', leftMs: NaN },
    );
    fc.assert(
      fc.property(keys, bad, (key, value) => {
        const make = (): unknown => CircuitBreaker.fromJSON({ ...good, [key]: value });
        expect(make).toThrow(BreakerOptionError);
      }),
    );
  });

  test.each([
    [{ kind: 'failure_rate', span: { kind: 'calls', calls: '012' } }],
    [{ kind: 'failure_rate', span: { kind: 'time', buckets: 1 } }],
    [{ kind: 'failure_rate', span: { kind: 'time', buckets: [{ ageMs: Infinity, calls: 1, bad: 0 }] } }],
    [{ kind: 'failure_rate', span: { kind: 'time', buckets: [{ ageMs: 1, calls: 0, bad: 0 }] } }],
    [{ kind: 'any_of', windows: 1 }],
    [{ kind: 'any_of', windows: [{ kind: 'consecutive', failures: -1 }] }],
  ])('refuses a window %j', (window) => {
    const good = new World().make().toJSON();
    expect(() => CircuitBreaker.fromJSON({ ...good, window } as never)).toThrow(BreakerOptionError);
  });
});
