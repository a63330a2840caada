import { describe, expect, test } from '@jest/globals';
import {
  anyOf,
  BreakerOptionError,
  CircuitBreaker,
  type CircuitBreakerOptions,
  CircuitBreakerRegistry,
  consecutive,
  countWindow,
  slowRate,
  timeWindow,
} from '../src/index.js';
import { DOWN, failTimes, useBreakers } from './support/breakers.js';

const newBreaker = useBreakers();
const never = (value: unknown): never => value as never;

describe('refused at the door', () => {
  test.each<readonly [string, CircuitBreakerOptions]>([
    ['options', never(null)],
    ['failureThreshold', { failureThreshold: 0 }],
    ['failureThreshold', { failureThreshold: NaN }],
    ['failureThreshold', { failureThreshold: 1.5 }],
    ['failureThreshold', { failureThreshold: 5, strategy: consecutive() }],
    ['strategy', { strategy: never(5) }],
    ['strategy.kind', { strategy: never({ kind: 'sometimes' }) }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: NaN }],
    ['timeoutMs', { timeoutMs: Infinity }],
    ['callTimeoutMs', { callTimeoutMs: -1 }],
    ['callTimeoutMs', { callTimeoutMs: NaN }],
    ['openTime', { openTime: never(2) }],
    ['openTime.factor', { openTime: { factor: 0.5 } }],
    ['openTime.maxMs', { openTime: { maxMs: 1 } }],
    ['openTime.jitter', { openTime: { jitter: 1 } }],
    ['openTime.decayMs', { openTime: { decayMs: 0 } }],
    ['halfOpen', { halfOpen: never(1) }],
    ['halfOpen.permits', { halfOpen: { permits: 0 } }],
    ['halfOpen.successes', { halfOpen: { successes: NaN } }],
    ['halfOpen.maxWaitMs', { halfOpen: { maxWaitMs: Infinity } }],
    ['bulkhead', { bulkhead: never(1) }],
    ['bulkhead.limit', { bulkhead: { limit: 0 } }],
    ['bulkhead.queue', { bulkhead: { limit: 1, queue: -1 } }],
    ['bulkhead.queueTimeoutMs', { bulkhead: { limit: 1, queueTimeoutMs: 0 } }],
    ['classifyError', { classifyError: never('failure') }],
    ['classifyResult', { classifyResult: never(1) }],
    ['mode', { mode: never('open') }],
    ['punctual', { punctual: never(1) }],
    ['label', { label: '' }],
    ['clock', { clock: never({}) }],
    ['random', { random: never(0.5) }],
    ['date', { date: never(0) }],
  ])('%s', (option, options) => {
    const make = (): unknown => new CircuitBreaker(options);
    expect(make).toThrow(BreakerOptionError);
    expect(make).toThrow(`\`${option}\``);
    expect(() => CircuitBreaker.childSpec(options)).toThrow(BreakerOptionError);
  });

  test.each<readonly [string, () => unknown]>([
    ['failures', () => consecutive(0)],
    ['countWindow', () => countWindow(never(1))],
    ['size', () => countWindow({ size: 0 })],
    ['failureRate', () => countWindow({ failureRate: 1.1 })],
    ['failureRate', () => timeWindow({ failureRate: 0 })],
    ['failureRate', () => timeWindow({ failureRate: NaN })],
    ['minimumCalls', () => countWindow({ size: 10, minimumCalls: 11 })],
    ['minimumCalls', () => timeWindow({ minimumCalls: 0 })],
    ['windowMs', () => timeWindow({ windowMs: Infinity })],
    ['buckets', () => timeWindow({ buckets: 0 })],
    ['slowCallMs', () => slowRate({ slowCallMs: NaN })],
    ['slowRate', () => slowRate({ slowCallMs: 1, slowRate: 2 })],
    ['size', () => slowRate({ slowCallMs: 1, size: 10, windowMs: 10 })],
    ['strategies', () => anyOf()],
    ['failures', () => anyOf(consecutive(), { kind: 'consecutive', failures: -1 })],
    ['maxBreakers', () => new CircuitBreakerRegistry({ maxBreakers: 0 })],
    ['optionsFor', () => new CircuitBreakerRegistry({ optionsFor: never({}) })],
    ['timeoutMs', () => new CircuitBreakerRegistry({ timeoutMs: -1 })],
    ['key', () => new CircuitBreakerRegistry().get(never(undefined))],
    ['keepState', () => CircuitBreaker.childSpec({ keepState: true })],
    ['listener', () => new CircuitBreaker().subscribe(never(1))],
    ['rate', () => new CircuitBreaker().injectFaults({ rate: 2 })],
    ['delayMs', () => new CircuitBreaker().injectFaults({ delayMs: NaN })],
    ['error', () => new CircuitBreaker().injectFaults({ error: never(DOWN) })],
    ['fallback', () => new CircuitBreaker().wrap(() => 1, { fallback: never(1) })],
    ['snapshot', () => CircuitBreaker.fromJSON(never(undefined))],
  ])('%s', (option, make) => {
    expect(make).toThrow(BreakerOptionError);
    expect(make).toThrow(`\`${option}\``);
  });

  test.each([
    ['signal', { signal: never({}) }],
    ['callTimeoutMs', { callTimeoutMs: 0 }],
    ['fallback', { fallback: never(1) }],
    ['options', never(1)],
  ])('%s of execute, before the function is called', async (option, options) => {
    const { breaker } = newBreaker();
    await expect(breaker.execute(() => 1, options)).rejects.toThrow(`\`${option}\``);
    expect(breaker.stats().successes).toBe(0);
  });

  test('a random that gives no chance, when it is asked', async () => {
    const { breaker } = newBreaker({ random: () => 1, failureThreshold: 1, openTime: { jitter: 0.5 } });
    await expect(breaker.call(() => Promise.reject(DOWN))).rejects.toThrow('`random`');
  });
});

describe('open time', () => {
  test('grows with each trip up to its cap, less jitter, and shrinks with time closed', async () => {
    const openTime = { factor: 2, maxMs: 350, jitter: 0.2, decayMs: 1000 };
    const { breaker, clock } = newBreaker({ failureThreshold: 1, timeoutMs: 100, openTime, random: () => 0.5 });
    const retryAfterMs = (): number | undefined => {
      const one = breaker.tryAcquire();
      return one.kind === 'rejected' ? one.error.retryAfterMs : undefined;
    };
    const times: (number | undefined)[] = [];
    for (let trip = 0; trip < 4; trip++) {
      await failTimes(breaker, 1);
      times.push(retryAfterMs());
      await clock.advance(retryAfterMs() ?? 0);
    }
    await breaker.call(() => 1);
    await clock.advance(1000);
    await failTimes(breaker, 1);
    expect([...times, retryAfterMs()]).toEqual([90, 180, 315, 315, 180]);
  });
});

describe('strategies', () => {
  test('a rate is met at its threshold: nine of ten with 0.9, all of them with 1', async () => {
    const nine = newBreaker({ strategy: countWindow({ size: 10, failureRate: 0.9, minimumCalls: 10 }) }).breaker;
    await nine.call(() => 1);
    await failTimes(nine, 9);
    const all = newBreaker({ strategy: timeWindow({ failureRate: 1, minimumCalls: 3 }) }).breaker;
    await failTimes(all, 3);
    expect([nine.state, all.state]).toEqual(['open', 'open']);
  });

  test('one failure of one call is no rate', async () => {
    const { breaker } = newBreaker({ strategy: timeWindow() });
    await failTimes(breaker, 19);
    expect(breaker.state).toBe('closed');
    await failTimes(breaker, 1);
    expect(breaker.state).toBe('open');
  });

  test('a slow probe has failed', async () => {
    const strategy = slowRate({ slowCallMs: 20, slowRate: 1, size: 1 });
    const { breaker, clock } = newBreaker({ strategy, timeoutMs: 100 });
    const slowly = async (): Promise<void> => {
      const call = breaker.call(() => new Promise<void>((resolve) => void clock.setTimer(20, resolve)));
      await clock.advance(20);
      await call;
    };
    await slowly();
    await clock.advance(100);
    await slowly();
    expect([breaker.state, breaker.stats().trips]).toEqual(['open', 2]);
  });
});
