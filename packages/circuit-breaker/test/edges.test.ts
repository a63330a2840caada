import { describe, expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import {
  type BreakerEvent,
  BreakerOptionError,
  CircuitBreaker,
  CircuitBreakerRegistry,
  consecutive,
  countWindow,
  timeWindow,
} from '../src/index.js';
import { openTime, tripsLeft } from '../src/open-time.js';
import { DOWN, down, endOf, eventsOf, failTimes, Gate, useBreakers } from './support/breakers.js';

const newBreaker = useBreakers();

/** A promise whose class cannot make the one that `then` gives. */
class Fussy<T> extends Promise<T> {
  constructor(executor: ConstructorParameters<typeof Promise<T>>[0], options: { readonly name: string }) {
    super(executor);
    void options.name;
  }
}

describe('what a function gives', () => {
  const fussy = (): Promise<number> => new Fussy<number>((resolve) => resolve(5), { name: 'x' });
  test.each([['call'], ['execute']] as const)('that cannot be waited for has failed (%s)', async (how) => {
    const { breaker } = newBreaker();
    const run = (fn: () => Promise<number>): Promise<number> =>
      how === 'call' ? breaker.call(fn) : breaker.execute(fn, {});
    expect(await endOf(run(fussy))).toBeInstanceOf(TypeError);
    expect(breaker.stats()).toMatchObject({ failures: 1, running: 0 });
  });
});

describe('a random that gives no chance', () => {
  test('makes call reject, it never throws at once', async () => {
    const chances = [0];
    const { breaker, clock } = newBreaker({
      failureThreshold: 1,
      timeoutMs: 100,
      openTime: { jitter: 0.5 },
      halfOpen: { maxWaitMs: 10 },
      random: () => chances.shift() ?? 1,
    });
    await failTimes(breaker, 1);
    await clock.advance(100);
    breaker.tryAcquire();
    await clock.advance(10); // its open time is asked for when somebody looks
    expect(await endOf(breaker.call(() => 1))).toBeInstanceOf(BreakerOptionError);
    chances.push(0);
  });
});

describe('after its shutdown', () => {
  test('nothing happens to a breaker any more, whatever is asked of it, and nothing is told', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, timeoutMs: 100 });
    await failTimes(breaker, 1);
    breaker.shutdown();
    const events = eventsOf(breaker);
    await clock.advance(100);
    breaker.stats();
    breaker.forceClosed();
    breaker.reset();
    expect([breaker.state, breaker.mode, events, breaker.toJSON().state]).toEqual(['open', 'auto', [], 'open']);
  });

  test('what it has counted can still be saved', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 });
    await failTimes(breaker, 2);
    breaker.shutdown();
    expect(breaker.toJSON().window).toEqual({ kind: 'consecutive', failures: 2 });
  });
});

describe('a listener that acts on the breaker', () => {
  test('does not change the order in which the others hear', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, timeoutMs: 100 });
    await failTimes(breaker, 1);
    breaker.subscribe((event) => {
      if (event.kind === 'state_changed' && event.to === 'half_open') breaker.reset();
    });
    const moves: string[] = [];
    breaker.subscribe((event) => event.kind === 'state_changed' && moves.push(`${event.from} ${event.to}`));
    await clock.advance(100);
    void breaker.state;
    expect([breaker.state, moves]).toEqual(['closed', ['open half_open', 'half_open closed']]);
  });

  test('and resets it: who waits in the bulkhead waits on', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1, bulkhead: { limit: 1, queue: 5 } });
    breaker.subscribe((event) => event.kind === 'state_changed' && event.to === 'open' && breaker.reset());
    const gate = new Gate();
    const calls = [endOf(breaker.call(gate.fn)), endOf(breaker.call(() => 2))];
    gate.fail();
    expect(await Promise.all(calls)).toEqual([DOWN, 2]);
  });
});

describe('who waits in the bulkhead', () => {
  test('keeps its place and its time when a listener resets the breaker that opens', async () => {
    const { breaker, clock } = newBreaker({
      failureThreshold: 1,
      bulkhead: { limit: 1, queue: 5, queueTimeoutMs: 50 },
    });
    breaker.subscribe((event) => event.kind === 'state_changed' && event.to === 'open' && breaker.reset());
    const gate = new Gate();
    const running = endOf(breaker.call(gate.fn));
    const waiting = endOf(breaker.call(() => 2));
    await clock.advance(30);
    const lease = breaker.tryAcquire();
    if (lease.kind === 'acquired') lease.failure(DOWN);
    await clock.advance(20);
    expect(await waiting).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_BULKHEAD_FULL', waitedMs: 50 });
    gate.fail();
    await running;
  });

  test('and cancels when it has just got room is not called', async () => {
    const { breaker } = newBreaker({ bulkhead: { limit: 1, queue: 5 } });
    const gate = new Gate();
    const controller = new AbortController();
    const running = breaker.call(gate.fn);
    let calls = 0;
    const waiting = endOf(breaker.execute(() => ++calls, { signal: controller.signal }));
    gate.open(undefined);
    while (breaker.stats().waiting > 0) await Promise.resolve();
    controller.abort();
    await running;
    expect([await waiting, calls]).toMatchObject([{ code: 'ERR_CIRCUIT_BREAKER_CALL_CANCELLED' }, 0]);
    expect(await breaker.call(() => 1)).toBe(1);
  });

  test('when the breaker opens and is reset at once is called all the same, or has gone', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1, bulkhead: { limit: 1, queue: 5 } });
    const gate = new Gate();
    const controller = new AbortController();
    const running = endOf(breaker.call(gate.fn));
    const waiting = endOf(breaker.call(() => 2));
    const left = endOf(breaker.execute(() => 3, { signal: controller.signal }));
    const lease = breaker.tryAcquire();
    if (lease.kind === 'acquired') lease.failure(DOWN);
    breaker.reset();
    controller.abort();
    expect(await left).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_CALL_CANCELLED' });
    gate.open(undefined);
    await running;
    expect([await waiting, breaker.stats().waiting, breaker.stats().running]).toEqual([2, 0, 0]);
  });

  test('waits on when it comes out, late, that it has opened and may try again', async () => {
    const { breaker, clock } = newBreaker({
      failureThreshold: 1,
      timeoutMs: 100,
      halfOpen: { permits: 2, maxWaitMs: 10 },
      bulkhead: { limit: 1, queue: 5 },
    });
    await failTimes(breaker, 1);
    await clock.advance(100);
    const gate = new Gate();
    const hung = endOf(breaker.call(gate.fn));
    const waiting = endOf(breaker.call(() => 2));
    await clock.advance(200);
    expect(breaker.state).toBe('half_open');
    gate.fail();
    await hung;
    expect([await waiting, breaker.state]).toEqual([2, 'closed']);
  });
});

test('a classifier that is async is reported, and its rejection too', async () => {
  const { breaker } = newBreaker({ classifyResult: (async () => Promise.reject(DOWN)) as never });
  const events: BreakerEvent[] = eventsOf(breaker);
  expect(await breaker.call(() => 1)).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  const problems = events.flatMap((event) => (event.kind === 'problem' ? [event.error] : []));
  expect(problems).toEqual([expect.any(BreakerOptionError), DOWN]);
});

test('an injected fault whose error cannot be made fails with the reason, after its delay too', async () => {
  const { breaker, clock } = newBreaker();
  const error = (): never => {
    throw DOWN;
  };
  breaker.injectFaults({ error });
  expect(await endOf(breaker.call(() => 1))).toBe(DOWN);
  breaker.injectFaults({ error, delayMs: 5 });
  const call = endOf(breaker.call(() => 1));
  await clock.advance(5);
  expect(await call).toBe(DOWN);
});

test('trips beyond the longest open time do not have to be waited off', async () => {
  const growth = { factor: 2, maxMs: 800, decayMs: 100 };
  const { breaker, clock } = newBreaker({ failureThreshold: 1, timeoutMs: 100, openTime: growth });
  const retryAfterMs = async (): Promise<number> =>
    ((await endOf(breaker.call(down))) as { retryAfterMs: number }).retryAfterMs;
  await failTimes(breaker, 1);
  for (let trip = 0; trip < 50; trip++) {
    await clock.advance(await retryAfterMs());
    await failTimes(breaker, 1);
  }
  await clock.advance(800);
  await breaker.call(() => 1);
  await clock.advance(100);
  await failTimes(breaker, 1);
  expect(await retryAfterMs()).toBe(400);
});

test.each([
  [2, 800],
  [5, 12_500], // the logarithm of 125 by 5 is more than 3, as machines count
  [10, 100_000],
  [1.5, 101],
])('with factor %d up to %d ms, one decay after all trips makes the next open time shorter', (factor, maxMs) => {
  const growth = { factor, maxMs, jitter: 0, decayMs: 10 };
  const left = tripsLeft(99, 10, 100, growth);
  expect(openTime(100, growth, left, 0)).toBeLessThan(maxMs);
  expect(openTime(100, growth, left + 1, 0)).toBe(maxMs);
});

describe('windows', () => {
  test('of a size that no memory holds are refused', () => {
    expect(() => countWindow({ size: Number.MAX_SAFE_INTEGER })).toThrow('`size`');
    expect(() => timeWindow({ buckets: 1e9 })).toThrow('`buckets`');
  });

  test('of buckets that no clock can tell apart are refused', () => {
    expect(() => timeWindow({ windowMs: 1e-300 })).toThrow('`windowMs`');
  });

  test('of time end also when the clock is so far ahead that it counts no single buckets', async () => {
    const { breaker, clock } = newBreaker({ strategy: timeWindow({ windowMs: 10, minimumCalls: 2 }) });
    await failTimes(breaker, 1);
    await clock.advance(1e17);
    await failTimes(breaker, 1);
    expect(breaker.state).toBe('closed');
    await failTimes(breaker, 1);
    expect(breaker.state).toBe('open');
  });
});

describe('a registry', () => {
  test('lets a key have a strategy instead of a threshold, and a threshold instead of a strategy', async () => {
    const byThreshold = new CircuitBreakerRegistry({
      failureThreshold: 5,
      optionsFor: () => ({ strategy: consecutive(1) }),
    });
    const byStrategy = new CircuitBreakerRegistry({
      strategy: consecutive(5),
      optionsFor: () => ({ failureThreshold: 1 }),
    });
    for (const registry of [byThreshold, byStrategy]) {
      const breaker = registry.get('a');
      await failTimes(breaker, 1);
      expect(breaker.state).toBe('open');
    }
  });

  test.each([[5], ['text'], [null], [Promise.resolve({ failureThreshold: 1 })]])(
    'refuses what optionsFor gives if it is no options (%p)',
    (options) => {
      const registry = new CircuitBreakerRegistry({ optionsFor: () => options as never });
      expect(() => registry.get('a')).toThrow('`optionsFor()`');
      expect(registry.size).toBe(0);
    },
  );
});

describe('a snapshot from elsewhere', () => {
  const withBuckets = (buckets: unknown): unknown => ({ kind: 'failure_rate', span: { kind: 'time', buckets } });

  test.each([
    [{ window: withBuckets([null]) }, 'snapshot.window.span.buckets'],
    [{ window: withBuckets([{ ageMs: 0, calls: 1, bad: 2 }]) }, 'snapshot.window.span.buckets.bad'],
  ])('%j is refused', (part, option) => {
    const good = new CircuitBreaker({ strategy: timeWindow() }).toJSON();
    expect(() => CircuitBreaker.fromJSON({ ...good, ...part } as never)).toThrow(`\`${option}\``);
  });

  test('stays open for no longer than the breaker itself would', async () => {
    const phase = { kind: 'open', leftMs: 1e300 } as const;
    const snapshot = { ...new CircuitBreaker().toJSON(), phase };
    const once = CircuitBreaker.fromJSON(snapshot, { timeoutMs: 100 });
    const grown = CircuitBreaker.fromJSON(snapshot, { timeoutMs: 100, openTime: { maxMs: 300 } });
    for (const [breaker, most] of [
      [once, 100],
      [grown, 300],
    ] as const) {
      const { retryAfterMs } = (await endOf(breaker.call(() => 1))) as { retryAfterMs: number };
      expect(retryAfterMs).toBeLessThanOrEqual(most);
    }
  });

  test('is done with an open time that is longer than its own, once its own has passed', () => {
    let date = 1e12;
    const options = { timeoutMs: 100, date: () => date };
    const snapshot = { ...new CircuitBreaker(options).toJSON(), phase: { kind: 'open', leftMs: 5000 } } as const;
    date += 100;
    expect(CircuitBreaker.fromJSON(snapshot, options).state).toBe('half_open');
  });

  test('forgets trips also in the time between', async () => {
    let date = 1e12;
    const options = { failureThreshold: 1, timeoutMs: 100, openTime: { factor: 2, decayMs: 50 }, date: () => date };
    const snapshot = { ...new CircuitBreaker({ ...options, clock: new ManualClock() }).toJSON(), trips: 2 };
    const retryAfterMs = async (): Promise<number> => {
      const breaker = CircuitBreaker.fromJSON(snapshot, { ...options, clock: new ManualClock() });
      await failTimes(breaker, 1);
      return ((await endOf(breaker.call(down))) as { retryAfterMs: number }).retryAfterMs;
    };
    const atOnce = await retryAfterMs();
    date += 50;
    expect([atOnce, await retryAfterMs()]).toEqual([400, 200]);
  });

  test('has no age by a date that is none', () => {
    const snapshot = new CircuitBreaker().toJSON();
    expect(() => CircuitBreaker.fromJSON(snapshot, { date: () => NaN })).toThrow('`date()`');
    expect(() => new CircuitBreaker({ date: () => NaN }).toJSON()).toThrow('`date()`');
  });
});

test('options of a child that are none are refused as such', () => {
  expect(() => CircuitBreaker.childSpec(null as never)).toThrow(BreakerOptionError);
});
