import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import { describe, expect, jest, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { BreakerOptionError, FallbackFailedError, type Lease, type Rejection } from '../src/index.js';
import { DOWN, down, endOf, failTimes, Gate, useBreakers } from './support/breakers.js';

const newBreaker = useBreakers();
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('call, execute and wrap', () => {
  test('give what the function gives: a value, a promise, undefined, a promise of another realm', async () => {
    const { breaker } = newBreaker();
    const foreign = runInNewContext('Promise.resolve(4)') as Promise<number>;
    expect([
      await breaker.call(() => 1),
      await breaker.call(async () => 2),
      await breaker.execute(() => undefined),
      await breaker.execute(() => foreign, {}),
      await breaker.call(() => foreign),
    ]).toEqual([1, 2, undefined, 4, 4]);
    expect(breaker.stats()).toMatchObject({ successes: 5, failures: 0, running: 0 });
  });

  test('what the function throws at once is a rejection like any other', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2 });
    const raise = (): never => {
      throw DOWN;
    };
    await expect(breaker.call(raise)).rejects.toBe(DOWN);
    await expect(breaker.execute(raise, {})).rejects.toBe(DOWN);
    expect(breaker.state).toBe('open');
  });

  test('wrap keeps arguments, this and types', async () => {
    const { breaker } = newBreaker();
    class Shop {
      readonly prices = new Map([['tea', 3]]);
      price(of: string, times = 1): number | undefined {
        const price = this.prices.get(of);
        return price && price * times;
      }
      guarded = breaker.wrap(this.price);
    }
    const shop = new Shop();
    expect(await shop.guarded('tea', 2)).toBe(6);
    const wrapped = breaker.wrap(async (id: number) => String(id), { fallback: (error, id) => [error, id] as const });
    expectTypeOf(wrapped).parameters.toEqualTypeOf<[id: number]>();
    expectTypeOf(wrapped).returns.resolves.toEqualTypeOf<string | readonly [unknown, number]>();
    expect(await wrapped(7)).toBe('7');
  });

  test('nothing that is no function is called: it is refused, and does not count', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 });
    await expect(breaker.call(1 as never)).rejects.toBeInstanceOf(BreakerOptionError);
    await expect(breaker.execute(undefined as never, { fallback: () => 1 })).rejects.toBeInstanceOf(BreakerOptionError);
    expect(() => breaker.wrap({} as never)).toThrow(BreakerOptionError);
    expect(breaker.stats()).toMatchObject({ failures: 0, rejections: 0 });
  });

  test('a result that can be a failure, and an error that is none, are what the classifiers say', async () => {
    const { breaker } = newBreaker({
      failureThreshold: 2,
      classifyResult: (value) => (value === 503 ? 'failure' : value === 404 ? 'ignore' : 'success'),
      classifyError: (error) => (error === DOWN ? 'failure' : 'ignore'),
    });
    expect(await breaker.call(() => 503)).toBe(503);
    expect(await breaker.call(() => 404)).toBe(404);
    await expect(breaker.call(() => Promise.reject(new Error('not found')))).rejects.toThrow('not found');
    expect(breaker.state).toBe('closed');
    await failTimes(breaker, 1);
    expect(breaker.state).toBe('open');
    expect(breaker.stats()).toMatchObject({ failures: 2, ignored: 2, successes: 0, trips: 1 });
  });

  test('a classifier that throws, or gives no outcome, hides nothing: as if there were none, and it is told', async () => {
    const { breaker } = newBreaker({
      failureThreshold: 2,
      classifyError: () => {
        throw new Error('classifier');
      },
      classifyResult: () => 'good' as never,
    });
    const problems: unknown[] = [];
    breaker.subscribe((event) => event.kind === 'problem' && problems.push(event.error));
    await failTimes(breaker, 1);
    await breaker.call(() => 1);
    await failTimes(breaker, 2);
    expect([breaker.state, problems.length]).toEqual(['open', 4]);
  });
});

describe('the signal and the time of a call', () => {
  test('each call has its own signal: one that times out leaves the others alone', async () => {
    const { breaker, clock } = newBreaker({ callTimeoutMs: 100 });
    const gate = new Gate<string>();
    const first = endOf(breaker.execute(gate.fn));
    await clock.advance(60);
    const second = breaker.execute(gate.fn);
    await clock.advance(40);
    expect(await first).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_CALL_TIMEOUT', timeoutMs: 100 });
    expect(gate.signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    gate.open('too late');
    gate.open('in time');
    expect(await second).toBe('in time');
    expect(breaker.stats()).toMatchObject({ timeouts: 1, failures: 1, successes: 1, droppedResults: 1, running: 0 });
  });

  test('a timeout counts as a failure, of one call also a shorter one', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1 });
    const gate = new Gate();
    const call = endOf(breaker.execute(gate.fn, { callTimeoutMs: 10 }));
    await clock.advance(10);
    expect([await call, breaker.state]).toMatchObject([{ timeoutMs: 10 }, 'open']);
    gate.fail();
  });

  test('the caller may cancel: at once, its reason kept, and it never counts', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 });
    const gate = new Gate();
    const controller = new AbortController();
    const fallback = jest.fn(() => 1);
    const call = endOf(breaker.execute(gate.fn, { signal: controller.signal, fallback }));
    await Promise.resolve();
    controller.abort('bored');
    expect(await call).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_CALL_CANCELLED', cause: 'bored' });
    expect([gate.signals[0]?.reason, breaker.state, fallback.mock.calls.length]).toEqual(['bored', 'closed', 0]);
    gate.fail();
    const refused = endOf(breaker.execute(gate.fn, { signal: controller.signal }));
    expect([await refused, gate.calls]).toMatchObject([{ cause: 'bored' }, 1]);
    expect(breaker.stats()).toMatchObject({ ignored: 1, failures: 0, droppedResults: 1 });
  });

  test.each([{}, { bulkhead: { limit: 10, queue: 990 } }])(
    'calls that share a signal have one listener on it, running or waiting, and none when all are answered: %p',
    async (options) => {
      const { breaker } = newBreaker(options);
      const gate = new Gate<number>();
      const { signal } = new AbortController();
      const calls = Array.from({ length: 1000 }, () => breaker.execute(gate.fn, { signal }));
      await settle();
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      while (breaker.isBusy) {
        gate.open(1);
        await settle();
      }
      expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    },
  );

  test.each([{}, { bulkhead: { limit: 10, queue: 990 } }])(
    'calls that share a signal are all cancelled by it, running or waiting, and each once: %p',
    async (options) => {
      const { breaker } = newBreaker(options);
      const gate = new Gate<number>();
      const controller = new AbortController();
      const calls = Array.from({ length: 1000 }, () => endOf(breaker.execute(gate.fn, { signal: controller.signal })));
      await settle();
      controller.abort('enough');
      const ends = (await Promise.all(calls)) as readonly { readonly code?: string }[];
      expect(new Set(ends.map(({ code }) => code))).toEqual(new Set(['ERR_CIRCUIT_BREAKER_CALL_CANCELLED']));
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      expect([breaker.isBusy, breaker.stats().running]).toEqual([false, 0]);
    },
  );

  test('a caller that leaves and by that ends the breaker has the others that wait leave once', async () => {
    const { breaker } = newBreaker({ bulkhead: { limit: 1, queue: 10 } });
    const controller = new AbortController();
    const { signal } = controller;
    const running = endOf(
      breaker.execute(
        (context) => new Promise(() => context.signal.addEventListener('abort', () => breaker.shutdown())),
        { signal },
      ),
    );
    const waiting = Array.from({ length: 3 }, () => endOf(breaker.execute(() => 1, { signal })));
    await settle();
    controller.abort('enough');
    expect([await running, ...(await Promise.all(waiting))]).toMatchObject([
      { code: 'ERR_CIRCUIT_BREAKER_CALL_CANCELLED' },
      ...waiting.map(() => ({ code: 'ERR_CIRCUIT_BREAKER_UNAVAILABLE' })),
    ]);
    expect([breaker.stats().waiting, breaker.isBusy]).toEqual([0, false]);
  });

  test('a signal that nobody asks for is not made, and one that is asked for late has fired', async () => {
    const { breaker, clock } = newBreaker({ callTimeoutMs: 10 });
    const seen: { readonly signal: AbortSignal }[] = [];
    const call = endOf(breaker.execute((context) => (seen.push(context), new Promise(() => {}))));
    await clock.advance(10);
    await call;
    expect(seen[0]?.signal.aborted).toBe(true);
    expect(await breaker.execute(({ signal }) => signal.aborted)).toBe(false);
  });
});

describe('a fallback', () => {
  test('gets the error and the arguments, and stands in for failures, timeouts and rejections', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 2 });
    const seen: unknown[] = [];
    const fallback = (error: unknown, ...args: readonly unknown[]): string => {
      seen.push([(error as { code?: string }).code ?? error, ...args]);
      return 'instead';
    };
    const wrapped = breaker.wrap((_id: number) => down(), { fallback });
    expect(await wrapped(7)).toBe('instead');
    const slow = breaker.wrap(() => new Promise<string>(() => {}), { fallback, callTimeoutMs: 10 });
    const call = slow();
    await clock.advance(10);
    expect([await call, await wrapped(8)]).toEqual(['instead', 'instead']);
    expect(seen).toEqual([[DOWN, 7], ['ERR_CIRCUIT_BREAKER_CALL_TIMEOUT'], ['ERR_CIRCUIT_BREAKER_OPEN', 8]]);
    expect(breaker.stats()).toMatchObject({ fallbacks: 3, failures: 2, rejections: 1 });
  });

  test('that throws keeps both errors', async () => {
    const { breaker } = newBreaker();
    const second = new Error('no cache either');
    const error = await endOf(breaker.execute(down, { fallback: () => Promise.reject(second) }));
    expect(error).toBeInstanceOf(FallbackFailedError);
    expect(error).toMatchObject({ error: DOWN, fallbackError: second, errors: [DOWN, second], cause: DOWN });
  });

  test('does not stand in for an error that is an answer', async () => {
    const { breaker } = newBreaker({ classifyError: () => 'ignore' });
    await expect(breaker.execute(down, { fallback: () => 1 })).rejects.toBe(DOWN);
  });
});

describe('a bulkhead', () => {
  test('lets so many run and so many wait, in order; one more is rejected, and that does not count', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1, bulkhead: { limit: 2, queue: 2 } });
    const gate = new Gate<string>();
    const done: string[] = [];
    const calls = ['a', 'b', 'c', 'd'].map((name) => breaker.execute(gate.fn).then((value) => done.push(name + value)));
    const rejected = await endOf(breaker.execute(gate.fn));
    expect(rejected).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_BULKHEAD_FULL', waitedMs: 0, retryAfterMs: undefined });
    expect([gate.calls, breaker.state, breaker.stats().waiting]).toEqual([2, 'closed', 2]);
    for (const value of ['1', '2', '3', '4']) {
      gate.open(value);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    expect([done, gate.calls]).toEqual([['a1', 'b2', 'c3', 'd4'], 4]);
    expect(breaker.stats()).toMatchObject({ bulkheadRejections: 1, failures: 0, running: 0, waiting: 0 });
  });

  test('runs who has waited in the async context of its own caller', async () => {
    const { breaker } = newBreaker({ bulkhead: { limit: 1, queue: 5 } });
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const as = (name: string): Promise<unknown> =>
      storage.run(name, () => breaker.execute(async () => seen.push([name, storage.getStore()])));
    await Promise.all(['a', 'b', 'c'].map(as));
    expect(seen).toEqual(['a', 'b', 'c'].map((name) => [name, name]));
  });

  test('who waits may leave, or wait only so long; the next ones move up', async () => {
    const { breaker, clock } = newBreaker({ bulkhead: { limit: 1, queue: 3, queueTimeoutMs: 50 } });
    const gate = new Gate<number>();
    const controller = new AbortController();
    const running = breaker.execute(gate.fn);
    const left = endOf(breaker.execute(gate.fn, { signal: controller.signal }));
    const late = endOf(breaker.execute(gate.fn));
    await clock.advance(20);
    const next = breaker.execute(gate.fn);
    controller.abort();
    expect(await left).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_CALL_CANCELLED' });
    await clock.advance(30);
    expect(await late).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_BULKHEAD_FULL', waitedMs: 50 });
    gate.open(1);
    await running;
    await clock.advance(0);
    gate.open(2);
    expect([await next, gate.calls, breaker.stats().waiting]).toEqual([2, 2, 0]);
  });

  test('whoever waits when the breaker opens is told so at once', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1, bulkhead: { limit: 1, queue: 5 } });
    const gate = new Gate();
    const failing = endOf(breaker.execute(gate.fn));
    const waiting = endOf(breaker.execute(gate.fn));
    gate.fail();
    expect([await failing, await waiting]).toMatchObject([DOWN, { code: 'ERR_CIRCUIT_BREAKER_OPEN', state: 'open' }]);
    expect([gate.calls, breaker.stats().waiting]).toEqual([1, 0]);
  });
});

describe('a lease', () => {
  const acquire = (one: Lease | Rejection): Lease => {
    if (one.kind === 'rejected') throw one.error;
    return one;
  };

  test('is settled once; the first settlement holds', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 });
    const lease = acquire(breaker.tryAcquire());
    expect([lease.success(), lease.failure(DOWN), lease.ignore()]).toEqual([true, false, false]);
    expect([breaker.state, breaker.stats().running]).toEqual(['closed', 0]);
    expect(acquire(breaker.tryAcquire()).failure(DOWN)).toBe(true);
    const rejected = breaker.tryAcquire();
    expect(rejected).toMatchObject({ kind: 'rejected', error: { state: 'open', retryAfterMs: 60_000, cause: DOWN } });
    rejected[Symbol.dispose]();
  });

  test('that is not settled when its block ends has failed', () => {
    const { breaker } = newBreaker({ failureThreshold: 1 });
    const settled = acquire(breaker.tryAcquire());
    settled.success();
    settled[Symbol.dispose]();
    expect(breaker.state).toBe('closed');
    acquire(breaker.tryAcquire())[Symbol.dispose]();
    expect(breaker.state).toBe('open');
  });

  test('of a probe that is never settled ends with the deadline, and the breaker goes on', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, timeoutMs: 100, halfOpen: { maxWaitMs: 30 } });
    await failTimes(breaker, 1);
    await clock.advance(100);
    const lost = acquire(breaker.tryAcquire());
    expect(breaker.tryAcquire()).toMatchObject({ kind: 'rejected', error: { state: 'half_open', retryAfterMs: 30 } });
    await clock.advance(30);
    expect(breaker.state).toBe('open');
    await clock.advance(100);
    const found = acquire(breaker.tryAcquire());
    lost.success();
    expect([breaker.state, breaker.stats().droppedResults]).toEqual(['half_open', 1]);
    found.success();
    expect(breaker.state).toBe('closed');
  });
});

describe('injected faults', () => {
  test('fail calls without making them, and count; until they end', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 });
    const fn = jest.fn(() => 1);
    breaker.injectFaults({});
    expect(await endOf(breaker.call(fn))).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_INJECTED_FAULT' });
    breaker.injectFaults({ error: () => DOWN });
    await expect(breaker.call(fn)).rejects.toBe(DOWN);
    breaker.injectFaults(undefined);
    expect([await breaker.call(fn), fn.mock.calls.length, breaker.stats().failures]).toEqual([1, 1, 2]);
  });

  test('hit a share of the calls, come after a delay, or never', async () => {
    const chances = [0.1, 0.4];
    const { breaker, clock } = newBreaker({ random: () => chances.shift() ?? 0, callTimeoutMs: 50 });
    breaker.injectFaults({ rate: 0.3, delayMs: 20, error: () => DOWN });
    const hit = endOf(breaker.call(() => 1));
    expect(await breaker.call(() => 2)).toBe(2);
    await clock.advance(20);
    expect(await hit).toBe(DOWN);
    breaker.injectFaults({ delayMs: Infinity });
    const hangs = endOf(breaker.call(() => 3));
    await clock.advance(50);
    expect(await hangs).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_CALL_TIMEOUT' });
  });
});
