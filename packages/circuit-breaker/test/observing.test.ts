import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, jest, test } from '@jest/globals';
import { BREAKER_CHANNEL, CircuitBreakerRegistry, countWindow, type Breaker } from '../src/index.js';
import { ManualClock } from '@rookery/genserver/testing';
import { DOWN, down, endOf, eventsOf, failTimes, Gate, useBreakers } from './support/breakers.js';

const newBreaker = useBreakers();

describe('events', () => {
  test('tell what happens, in order, with durations and reasons', async () => {
    const { breaker, clock } = newBreaker({ label: 'pay', failureThreshold: 1, timeoutMs: 100 });
    const events = eventsOf(breaker);
    const gate = new Gate<number>();
    const call = breaker.call(gate.fn);
    await clock.advance(7);
    gate.open(1);
    await call;
    await failTimes(breaker, 1);
    await endOf(breaker.call(down));
    await clock.advance(100);
    await breaker.execute(down, { fallback: () => 1 });
    const breakerName = 'pay';
    expect(events).toEqual(
      [
        { kind: 'call_succeeded', durationMs: 7 },
        { kind: 'call_failed', durationMs: 0, error: DOWN },
        { kind: 'state_changed', from: 'closed', to: 'open', reason: 'failures', cause: DOWN },
        { kind: 'call_rejected', reason: 'open' },
        { kind: 'state_changed', from: 'open', to: 'half_open', reason: 'open_time_over', cause: DOWN },
        { kind: 'call_failed', durationMs: 0, error: DOWN },
        { kind: 'state_changed', from: 'half_open', to: 'open', reason: 'probe_failed', cause: DOWN },
        { kind: 'fell_back', error: DOWN },
      ].map((event) => ({ breaker: breakerName, ...event })),
    );
  });

  test('come on a channel of node:diagnostics_channel', async () => {
    const { breaker } = newBreaker({ label: 'pay' });
    const heard: unknown[] = [];
    const listener = (message: unknown): void => void heard.push(message);
    subscribe(BREAKER_CHANNEL, listener);
    await breaker.call(() => 1);
    unsubscribe(BREAKER_CHANNEL, listener);
    await breaker.call(() => 1);
    expect(heard).toEqual([{ breaker: 'pay', kind: 'call_succeeded', durationMs: 0 }]);
  });

  test('end with their subscription; a listener that throws hurts nobody, and is a warning', async () => {
    const { breaker } = newBreaker();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const listener = jest.fn(() => {
      throw new Error('listener');
    });
    const rejecting = jest.fn((): unknown => Promise.reject(new Error('async listener')));
    const ends = [breaker.subscribe(listener), breaker.subscribe(rejecting)];
    expect(await breaker.call(() => 1)).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    for (const end of ends) end();
    await breaker.call(() => 1);
    expect([listener.mock.calls.length, rejecting.mock.calls.length, warn.mock.calls.length]).toEqual([1, 1, 2]);
  });

  test('a classifier that throws anything is a warning where nobody listens', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const odd = {
      toString: () => {
        throw new Error('no text');
      },
    };
    const { breaker } = newBreaker({
      classifyResult: () => {
        throw odd as unknown as Error;
      },
    });
    expect(await breaker.call(() => 1)).toBe(1);
    expect(warn.mock.calls.length).toBe(1);
  });

  test('of time come with the next look, or on time if punctual, with a timer that holds nobody', async () => {
    const lazy = newBreaker({ failureThreshold: 1, timeoutMs: 100 });
    const punctual = newBreaker({ failureThreshold: 1, timeoutMs: 100, punctual: true, halfOpen: { maxWaitMs: 50 } });
    const states = (events: readonly { kind: string }[]): unknown[] =>
      events.flatMap((event) => (event.kind === 'state_changed' ? [(event as unknown as { to: string }).to] : []));
    const [ofLazy, ofPunctual] = [eventsOf(lazy.breaker), eventsOf(punctual.breaker)];
    for (const { breaker, clock } of [lazy, punctual]) {
      await failTimes(breaker, 1);
      expect(clock.pendingTimers).toBe(0);
      await clock.advance(100);
    }
    expect([lazy.clock.allTimers, states(ofLazy), states(ofPunctual)]).toEqual([0, ['open'], ['open', 'half_open']]);
    expect([lazy.breaker.state, states(ofLazy)]).toEqual(['half_open', ['open', 'half_open']]);
    punctual.breaker.tryAcquire();
    expect(punctual.clock.allTimers).toBe(1);
    await punctual.clock.advance(50);
    expect(states(ofPunctual)).toEqual(['open', 'half_open', 'open']);
  });
});

describe('holds', () => {
  test('forced open rejects all, without a time to try again; forced closed makes all, and counts none', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 });
    breaker.forceOpen();
    expect(await endOf(breaker.call(() => 1))).toMatchObject({ state: 'open', retryAfterMs: undefined });
    breaker.forceClosed();
    await failTimes(breaker, 3);
    expect([breaker.state, breaker.mode]).toEqual(['closed', 'forced_closed']);
    breaker.auto();
    expect([breaker.state, breaker.mode]).toEqual(['closed', 'auto']);
  });

  test('reset does not end a hold', () => {
    const { breaker } = newBreaker({ mode: 'forced_open' });
    breaker.reset();
    expect([breaker.state, breaker.mode]).toEqual(['open', 'forced_open']);
  });

  test('shadow mode shows what it would do, and rejects nothing', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2, mode: 'shadow' });
    const events = eventsOf(breaker);
    await failTimes(breaker, 5);
    expect([breaker.state, breaker.stats().shadowRejections]).toEqual(['open', 3]);
    expect(events.filter(({ kind }) => kind === 'shadow_rejection').length).toBe(3);
    breaker.auto();
    expect(await endOf(breaker.call(() => 1))).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_OPEN' });
    breaker.shadow();
    expect(await breaker.call(() => 1)).toBe(1);
  });

  test('shutdown: who waits and who calls is told so, who runs goes on, and nothing is left', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, punctual: true, bulkhead: { limit: 1, queue: 1 } });
    const gate = new Gate<number>();
    const running = breaker.execute(gate.fn);
    const waiting = endOf(breaker.execute(gate.fn));
    breaker[Symbol.dispose]();
    expect(await waiting).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_UNAVAILABLE' });
    expect(await endOf(breaker.call(() => 1))).toMatchObject({ code: 'ERR_CIRCUIT_BREAKER_UNAVAILABLE' });
    gate.open(1);
    expect([await running, breaker.state, breaker.isShutDown, clock.allTimers]).toEqual([1, 'open', true, 0]);
    breaker.shutdown();
  });
});

describe('a registry', () => {
  const open = async (breaker: Breaker): Promise<void> => failTimes(breaker, 1);
  const newRegistry = (maxBreakers?: number): CircuitBreakerRegistry =>
    new CircuitBreakerRegistry({
      ...(maxBreakers && { maxBreakers }),
      failureThreshold: 1,
      clock: new ManualClock(),
    });

  test('has one breaker for each key, with options of its own if need be', async () => {
    const registry = new CircuitBreakerRegistry({
      failureThreshold: 1,
      clock: new ManualClock(),
      optionsFor: (key) => (key === 'b' ? { failureThreshold: 2 } : {}),
    });
    const [a, b] = [registry.get('a'), registry.get('b')];
    await failTimes(a, 1);
    await failTimes(b, 1);
    expect([registry.get('a') === a, a.state, b.state, registry.size]).toEqual([true, 'open', 'closed', 2]);
    expect(await endOf(a.call(() => 1))).toMatchObject({ breaker: 'a' });
    expect([[...registry].map(([key]) => key), registry.peek('c'), registry.delete('a'), registry.delete('a')]).toEqual(
      [['a', 'b'], undefined, true, false],
    );
    registry.shutdown();
    expect([b.state, registry.size]).toEqual(['open', 0]);
  });

  test('drops who is closed and was not asked for lately, never an open one before', async () => {
    const registry = newRegistry(3);
    await open(registry.get('a'));
    registry.get('b');
    registry.get('c');
    registry.get('d'); // the first closed one goes
    expect([...registry].map(([key]) => key).toSorted()).toEqual(['a', 'c', 'd']);
    registry.get('c');
    registry.get('e'); // c was asked for since
    expect([...registry].map(([key]) => key).toSorted()).toEqual(['a', 'c', 'e']);
    expect([registry.peek('a')?.state, registry.stats()]).toEqual(['open', { size: 3, evictions: 2, evictedOpen: 0 }]);
  });

  test('drops one that runs calls before one that is open, and an open or held one only with a word', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const registry = newRegistry(2);
    await open(registry.get('a'));
    const gate = new Gate();
    const running = registry.get('b').call(gate.fn);
    registry.get('c').forceClosed();
    expect([...registry].map(([key]) => key).toSorted()).toEqual(['a', 'c']);
    registry.get('d');
    expect([registry.stats().evictedOpen, warn.mock.calls.length]).toEqual([1, 1]);
    const events = eventsOf(registry);
    await open(registry.get('d'));
    registry.get('e');
    expect(events.filter(({ kind }) => kind === 'evicted').length).toBe(1);
    expect([registry.size, warn.mock.calls.length]).toEqual([2, 1]);
    gate.open(1);
    await running;
  });

  test('tells what all its breakers tell', async () => {
    const registry = newRegistry();
    registry.get('a');
    const events = eventsOf(registry);
    await failTimes(registry.get('a'), 1);
    await registry.get('b').call(() => 1);
    expect(events.map(({ breaker, kind }) => `${breaker} ${kind}`)).toEqual([
      'a call_failed',
      'a state_changed',
      'b call_succeeded',
    ]);
  });
});

test('stats are of now, and a window of calls forgets the oldest', async () => {
  const { breaker, clock } = newBreaker({ strategy: countWindow({ size: 3, failureRate: 0.6, minimumCalls: 3 }) });
  await failTimes(breaker, 1);
  for (let call = 0; call < 3; call++) await breaker.call(() => 1);
  await failTimes(breaker, 2);
  expect([breaker.state, breaker.stats().trips]).toEqual(['open', 1]);
  await clock.advance(60_000);
  expect(breaker.stats()).toMatchObject({ successes: 3, failures: 3, running: 0, waiting: 0 });
});
