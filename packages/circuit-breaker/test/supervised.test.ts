import { describe, expect, test } from '@jest/globals';
import { child, ExitReason, GenServer, type Runtime } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { expectTypeOf } from 'expect-type';
import { type Breaker, CircuitBreaker, type CircuitBreakerChildOptions, CircuitBreakerRef } from '../src/index.js';
import { DOWN, down, endOf, eventsOf, failTimes, Gate, useRuntimes } from './support/breakers.js';

const newRuntime = useRuntimes();

async function start(options: CircuitBreakerChildOptions = {}) {
  const { runtime, clock } = newRuntime();
  const children = [CircuitBreaker.childSpec({ name: 'pay', failureThreshold: 1, timeoutMs: 100, ...options })];
  await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', children });
  return { runtime, clock, pay: CircuitBreaker.ref(runtime, 'pay') };
}

async function crash(runtime: Runtime): Promise<void> {
  runtime.exit('pay', ExitReason.error(new Error('crash')));
  await settle(runtime);
}

describe('a supervised breaker', () => {
  test('does all that a plain one does, directly, by the time and the chance of the runtime', async () => {
    const { pay, clock } = await start({ openTime: { jitter: 0.5 } });
    expect([await pay.call(() => 1), pay.getState(), pay.mode, pay.isAlive]).toEqual([1, 'closed', 'auto', true]);
    await failTimes(pay, 1);
    expect(await endOf(pay.execute(() => 1))).toMatchObject({ breaker: 'pay', retryAfterMs: 75 });
    await clock.advance(75);
    expect([pay.state, await pay.wrap((n: number) => n)(2), pay.state]).toEqual(['half_open', 2, 'closed']);
    pay.forceOpen();
    pay.forceClosed();
    pay.shadow();
    pay.auto();
    pay.reset();
    pay.injectFaults({});
    pay.injectFaults(undefined);
    expect([pay.tryAcquire().kind, pay.stats().successes, pay.toJSON().state, String(pay)]).toEqual([
      'acquired',
      2,
      'closed',
      expect.stringContaining('pay'),
    ]);
  });

  test('a call that runs when its process ends still times out, and its caller gets its end', async () => {
    const { pay, runtime, clock } = await start({ callTimeoutMs: 50 });
    const gate = new Gate<number>();
    const [late, good] = [endOf(pay.call(gate.fn)), pay.call(() => 2)];
    await crash(runtime);
    await clock.advance(50);
    expect([await late, await good]).toMatchObject([{ code: 'ERR_CIRCUIT_BREAKER_CALL_TIMEOUT' }, 2]);
    expect(pay.stats()).toMatchObject({ timeouts: 0, successes: 0 });
  });

  test('begins closed after a restart; refs by name, wrapped functions and listeners go on', async () => {
    const { pay, runtime } = await start();
    const events = eventsOf(pay);
    const wrapped = pay.wrap(() => 3);
    const { pid } = pay;
    await failTimes(pay, 1);
    await crash(runtime);
    expect([pay.state, pay.pid === pid, await wrapped()]).toEqual(['closed', false, 3]);
    expect(events.map(({ kind }) => kind)).toEqual(['call_failed', 'state_changed', 'call_succeeded']);
  });

  test('with keepState goes on with what it knew, by the time that has passed; results from before do not count', async () => {
    const { pay, runtime, clock } = await start({ keepState: true });
    const gate = new Gate();
    const before = endOf(pay.call(gate.fn));
    await failTimes(pay, 1);
    await clock.advance(30);
    await crash(runtime);
    expect(await endOf(pay.call(() => 1))).toMatchObject({ state: 'open', retryAfterMs: 70 });
    await clock.advance(70);
    expect(pay.state).toBe('half_open');
    gate.fail();
    await before;
    expect(pay.state).toBe('half_open');
    await crash(runtime);
    expect([await pay.call(() => 1), pay.state]).toEqual([1, 'closed']);
  });

  test('one specification in two runtimes is two breakers, that know nothing of each other', async () => {
    const spec = CircuitBreaker.childSpec({ name: 'pay', failureThreshold: 1, keepState: true });
    const breakers = [newRuntime(), newRuntime()].map(async ({ runtime }) => runtime.start(spec));
    const [one, two] = (await Promise.all(breakers)) as [CircuitBreakerRef, CircuitBreakerRef];
    await failTimes(one, 1);
    expect([one.state, two.state]).toEqual(['open', 'closed']);
  });

  test('while nobody is there protects all the same: calls are rejected, the fallback stands in', async () => {
    const { pay, runtime } = await start();
    runtime.kill('pay');
    expect([pay.state, pay.isAlive, pay.pid, pay.mode, pay.stats().successes]).toEqual([
      'open',
      false,
      undefined,
      'auto',
      0,
    ]);
    const [call, instead] = [endOf(pay.call(() => 1)), pay.execute(() => 1, { fallback: () => 2 })];
    expect(pay.tryAcquire().kind).toBe('rejected');
    expect(() => pay.forceOpen()).toThrow('pay');
    expect(() => pay.subscribe(() => {})).toThrow('pay');
    expect([await call, await instead]).toMatchObject([{ code: 'ERR_CIRCUIT_BREAKER_UNAVAILABLE' }, 2]);
    await settle(runtime);
    expect(await pay.call(() => 3)).toBe(3);
  });

  test.each([['stop'], ['kill'], ['shutdown']] as const)(
    'leaves no timer after %s, and nobody waiting',
    async (how) => {
      const { pay, runtime, clock } = await start({
        restart: 'temporary',
        punctual: true,
        bulkhead: { limit: 1, queue: 1 },
      });
      const gate = new Gate<number>();
      const running = pay.call(gate.fn);
      const waiting = endOf(pay.call(gate.fn));
      if (how === 'stop') await runtime.stop('pay');
      else if (how === 'kill') runtime.kill('pay');
      else await runtime.shutdown();
      await settle(runtime);
      gate.open(1);
      expect([await waiting, await running, clock.allTimers]).toMatchObject([
        { code: 'ERR_CIRCUIT_BREAKER_UNAVAILABLE' },
        1,
        0,
      ]);
    },
  );

  test('is called by its label, if it has one, in errors and events', async () => {
    const { pay } = await start({ label: 'payments' });
    const events = eventsOf(pay);
    await failTimes(pay, 1);
    expect(await endOf(pay.call(down))).toMatchObject({ breaker: 'payments' });
    expect(events.map((event) => event.breaker)).toEqual(['payments', 'payments', 'payments']);
  });

  test('without a name gives a ref by pid', async () => {
    const { runtime } = newRuntime();
    const breaker = await runtime.start(CircuitBreaker.childSpec());
    expectTypeOf(breaker).toEqualTypeOf<CircuitBreakerRef>();
    expect([await breaker.call(() => 1), CircuitBreaker.ref(runtime, breaker.pid as never).state]).toEqual([
      1,
      'closed',
    ]);
    runtime.kill(breaker.pid as never);
    expect([breaker.isAlive, breaker.state]).toEqual([false, 'open']);
  });

  test('keeps all it knows when its code is replaced', async () => {
    const { pay, runtime } = await start();
    await failTimes(pay, 1);
    await runtime.sys.restartWithState('pay');
    expect(pay.state).toBe('open');
  });

  test('a name that another kind of server holds is an error', async () => {
    class Other extends GenServer {}
    const { runtime } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Other, { name: 'pay' })] });
    const pay = CircuitBreaker.ref(runtime, 'pay');
    expect(() => pay.state).toThrow('the name of a CircuitBreakerServer');
    await expect(pay.call(down)).rejects.toThrow('the name of a CircuitBreakerServer');
  });

  test('is one kind of thing with the plain one, in types', () => {
    expectTypeOf<CircuitBreaker>().toExtend<Breaker>();
    expectTypeOf<CircuitBreakerRef>().toExtend<Breaker>();
    const withFallback = (breaker: Breaker) => breaker.execute(() => 1, { fallback: async () => 'text' });
    expectTypeOf(withFallback).returns.resolves.toEqualTypeOf<number | string>();
    expect(DOWN).toBeInstanceOf(Error);
  });
});
