import { describe, expect, jest, test } from '@jest/globals';
import { CallTimeoutError, child, ExitReason, GenServer, NoProcessError, type ServerRef } from '../src/index.js';
import { gate, Probe, raise, rejection } from './gen-server/probe.js';
import { useRuntimes } from './support/test-runtime.js';

// What goes wrong elsewhere, found by running other libraries. Each test is named by what must not happen here.
const newRuntime = useRuntimes();

/** Its state is a list that a failing handler leaves half changed. */
class Accounts extends GenServer {
  readonly balances = new Map([['ada', 100]]);
  transfer(): void {
    this.balances.set('ada', 0);
    throw new Error('the other account does not exist');
  }
  balance(): number | undefined {
    return this.balances.get('ada');
  }
}

describe('a server that throws', () => {
  test.each(['call', 'cast'] as const)(
    'in a %s is ended and brought back fresh; it does not serve on with half-changed state',
    async (kind) => {
      const { runtime, clock, events } = newRuntime();
      await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Accounts, { name: 'accounts' })] });
      const accounts = runtime.ref(Accounts, 'accounts');
      const { pid } = accounts;
      await Promise.resolve(accounts[kind].transfer()).catch(() => undefined);
      await clock.advance(0);
      expect(await accounts.call.balance()).toBe(100);
      expect(accounts.pid).not.toBe(pid);
      expect(events.filter((event) => event.kind === 'process_crashed')).toHaveLength(1);
    },
  );

  test('is seen at once, not at the next poll: no time passes before it is back', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Accounts, { name: 'accounts' })] });
    const accounts = runtime.ref(Accounts, 'accounts');
    await rejection(accounts.call.transfer());
    await Promise.resolve();
    expect([await accounts.call.balance(), clock.now()]).toEqual([100, 0]);
  });
});

describe('a call', () => {
  test('that has expired is not executed, and 20,000 of them are no load', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    let executed = 0;
    probe.cast.run(() => opened);
    const { call } = probe.with({ timeoutMs: 100 });
    const calls = Array.from({ length: 20_000 }, () => rejection(call.run(() => executed++)));
    await clock.advance(100);
    const errors = await Promise.all(calls);
    open();
    await probe.call.ping();
    expect(errors.every((error) => error instanceof CallTimeoutError)).toBe(true);
    expect([executed, runtime.stats().dropped.expired_request]).toEqual([0, 20_000]);
  });

  test('whose server is stopped by force fails at once, not at its own timeout', async () => {
    const { runtime, clock } = newRuntime();
    const hanging = child(Probe, { name: 'hanging', shutdownMs: 100 });
    const supervisor = await runtime.startSupervisor({ strategy: 'one_for_one', children: [hanging] });
    const { opened, open } = gate();
    const call = rejection(runtime.ref(Probe, 'hanging').call.run(({ self }) => (self.trapExit(true), opened)));
    await clock.advance(0);
    const stopped = runtime.stop(supervisor, ExitReason.shutdown);
    await clock.advance(100);
    expect(await call).toMatchObject({ reason: ExitReason.killed });
    expect(clock.now()).toBe(100);
    await stopped;
    open();
  });

  test('behind a stop fails at once, it does not hang until its timeout', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const stopped = runtime.stop(probe);
    const behind = rejection(probe.call.ping());
    await stopped;
    expect(await behind).toMatchObject({ reason: ExitReason.normal });
    expect(await rejection(probe.call.ping())).toBeInstanceOf(NoProcessError);
    expect(clock.now()).toBe(0);
  });
});

describe('a message', () => {
  test('is never handled on the stack of its sender, not even the first', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const order: string[] = [];
    probe.cast.run(() => void order.push('handled'));
    order.push('after the cast');
    await probe.call.ping();
    expect(order).toEqual(['after the cast', 'handled']);
  });

  test('passes through a chain of 20,000 servers without a stack overflow', async () => {
    const { runtime } = newRuntime();
    const arrived = gate<number>();
    class Link extends GenServer {
      next: ServerRef<Link> | undefined;
      override init(next?: ServerRef<Link>): void {
        this.next = next;
      }
      pass(hops: number): void {
        if (this.next === undefined) arrived.open(hops);
        else this.next.cast.pass(hops + 1);
      }
    }
    let first = await runtime.start(Link);
    for (let length = 1; length < 20_000; length++) first = await runtime.start(Link, { args: [first] });
    first.cast.pass(1);
    expect(await arrived.opened).toBe(20_000);
  });

  test('in a burst of 200,000 waits its turn, in order, and no queue is moved up for it', async () => {
    const { runtime } = newRuntime();
    class Sink extends GenServer<number> {
      override init(): number {
        return 0;
      }
      take(index: number): void {
        if (this.state++ !== index) raise(new Error(`Expected message ${this.state - 1}, got ${index}.`));
      }
      count(): number {
        return this.state;
      }
    }
    const sink = await runtime.start(Sink);
    // What makes a long queue quadratic, counted instead of timed.
    const moves = [jest.spyOn(Array.prototype, 'shift'), jest.spyOn(Array.prototype, 'splice')];
    for (let index = 0; index < 200_000; index++) sink.cast.take(index);
    expect(await sink.with({ timeoutMs: Infinity }).call.count()).toBe(200_000);
    for (const move of moves) expect(move.mock.calls.length).toBeLessThan(100);
  });
});

describe('a start', () => {
  test.each([
    ['throws', (): void => raise(new Error('boom'))],
    ['rejects', (): Promise<void> => Promise.reject(new Error('boom'))],
    ['succeeds', (): void => undefined],
  ])('with a time limit whose init %s leaves no timer and no unobserved promise behind', async (_, init) => {
    const { runtime, clock } = newRuntime();
    class Starting extends GenServer {
      override init(): void | Promise<void> {
        return init();
      }
    }
    await runtime.start(Starting, { startTimeoutMs: 5000 }).catch(() => undefined);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10_000);
  });
});

test('an asynchronous terminate that rejects is the exit reason, not an unhandled rejection', async () => {
  const { runtime } = newRuntime();
  const boom = new Error('boom');
  class Bad extends GenServer {
    override terminate(): Promise<void> {
      return Promise.reject(boom);
    }
  }
  const bad = await runtime.start(Bad);
  const exited = runtime.exited(bad);
  expect(await rejection(runtime.stop(bad))).toMatchObject({ cause: boom });
  expect(await exited).toEqual(ExitReason.error(boom));
});

test('nothing is kept of 20,000 servers that were started and stopped', async () => {
  const { runtime, clock } = newRuntime();
  for (let batch = 0; batch < 20; batch++) {
    const refs = await Promise.all(
      Array.from({ length: 1000 }, (_, index) => runtime.start(Probe, { name: `n${index}` })),
    );
    const [stopped, killed] = [refs.slice(0, 500), refs.slice(500)];
    for (const ref of killed) runtime.kill(ref);
    await Promise.all(stopped.map((ref) => runtime.stop(ref)));
  }
  expect(runtime.stats()).toMatchObject({ processes: 0, dropped: { dead_letter: 0, late_reply: 0 } });
  expect([runtime.whereis('n0'), runtime.tree(), clock.pendingTimers]).toEqual([undefined, [], 0]);
});
