import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  Exit,
  ExitReason,
  GenServer,
  InvalidOptionError,
  NoProcessError,
  type ProcessStatus,
  ProcessExitedError,
  type Self,
  type ServerRef,
  type ServerStatus,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');

class Counter extends GenServer<number> {
  readonly seen: unknown[] = [];

  override init(initial = 0): number {
    return initial;
  }
  add(by = 1): number {
    return (this.state += by);
  }
  work(until: Promise<void>): Promise<void> {
    return until;
  }
  arm(delayMs: number): void {
    this.self.idleTimeout(delayMs);
  }
  trap(): void {
    this.self.trapExit(true);
  }
  run<T>(work: (counter: this) => T): T {
    return work(this);
  }
  /** The list itself: to look into it without a message, which would cancel the idle timeout. */
  seenSoFar(): readonly unknown[] {
    return this.seen;
  }
  override handleInfo(message: unknown): void {
    this.seen.push(message);
  }
  override handleTimeout(): void {
    this.seen.push('timeout');
  }
}

describe('sys.getState and sys.replaceState', () => {
  test('give the state, typed by the ref, and put another in its place (GS-081)', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter, { args: [5] });
    const state = runtime.sys.getState(counter);
    expectTypeOf(state).toEqualTypeOf<Promise<number>>();
    expect(await state).toBe(5);
    expect(await runtime.sys.replaceState(counter, (old) => old * 2)).toBe(10);
    expect(await counter.call.add()).toBe(11);
  });

  test('take any address (GS-081)', async () => {
    const { runtime } = newRuntime();
    const { pid } = await runtime.start(Counter, { name: 'counter' });
    expect(await runtime.sys.getState('counter')).toBe(0);
    expect(pid && (await runtime.sys.replaceState(pid, (old: number) => old + 1))).toBe(1);
  });

  test('a change that fails is an error for the caller; server and state are as before (GS-081)', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter, { args: [5] });
    await expect(runtime.sys.replaceState(counter, () => raise(boom))).rejects.toBe(boom);
    expect(await runtime.sys.getState(counter)).toBe(5);
  });

  test('are in mailbox order: after the messages before them (GS-081)', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    counter.cast.add();
    const state = runtime.sys.getState(counter);
    counter.cast.add();
    expect([await state, await runtime.sys.getState(counter)]).toEqual([1, 2]);
  });

  test('urgent ones go ahead of what waits, in order among each other (GS-081)', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter);
    const work = gate();
    counter.cast.work(work.opened);
    await clock.advance(0);
    counter.cast.add();
    const late = runtime.sys.getState(counter);
    const first = runtime.sys.replaceState(counter, (old) => old + 10, { urgent: true });
    const second = runtime.sys.getState(counter, { urgent: true });
    work.open();
    expect(await Promise.all([first, second, late])).toEqual([10, 10, 11]);
  });

  test('do not cancel the idle timeout: it begins anew (GS-070)', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen = await counter.call.seenSoFar();
    await counter.call.arm(60);
    await clock.advance(40);
    await runtime.sys.getState(counter);
    await clock.advance(59);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual(['timeout']);
  });

  test('end like calls: nobody there, the end of the server, too late, a handler that asks its own server', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter);
    expect(await rejection(runtime.sys.getState('nobody'))).toBeInstanceOf(NoProcessError);
    const own = await counter.call.run(() => rejection(runtime.sys.getState(counter)));
    expect(own).toMatchObject({ code: 'ERR_GENSERVER_CALL_CYCLE' });
    counter.cast.work(new Promise(() => {}));
    const late = rejection(runtime.sys.replaceState(counter, () => raise(boom), { timeoutMs: 50 }));
    const never = rejection(runtime.sys.getState(counter, { timeoutMs: Infinity }));
    await clock.advance(50);
    expect(await late).toMatchObject({
      code: 'ERR_GENSERVER_CALL_TIMEOUT',
      request: 'sys.replaceState',
      timeoutMs: 50,
    });
    runtime.kill(counter);
    expect(await never).toBeInstanceOf(ProcessExitedError);
  });

  test('a request that nobody waits for any more is skipped and counted', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter);
    const work = gate();
    counter.cast.work(work.opened);
    const late = rejection(runtime.sys.replaceState(counter, () => 99, { timeoutMs: 50 }));
    await clock.advance(50);
    work.open();
    await late;
    expect(await counter.call.add()).toBe(1);
    expect(runtime.stats().dropped.expired_request).toBe(1);
  });

  test.each([
    ['timeoutMs', { timeoutMs: -1 }],
    ['urgent', { urgent: 1 as never }],
  ])('refuse a wrong %s', async (option, options) => {
    const { runtime } = newRuntime();
    expect(await rejection(runtime.sys.getState('x', options))).toMatchObject({ option });
    expect(await rejection(runtime.stop('x', ExitReason.normal, options))).toMatchObject({ option });
    expect(await rejection(runtime.sys.replaceState('x', 1 as never))).toBeInstanceOf(InvalidOptionError);
  });
});

describe('a suspended server', () => {
  async function suspended(): Promise<ReturnType<typeof newRuntime> & { readonly counter: ServerRef<Counter> }> {
    const made = newRuntime();
    const counter = await made.runtime.start(Counter, { name: 'counter' });
    await made.runtime.sys.suspend(counter);
    return { ...made, counter };
  }

  test('handles no message; after resume all, in order (GS-082)', async () => {
    const { runtime, clock, counter } = await suspended();
    const answers: unknown[] = [];
    for (const by of [1, 10, 100]) void counter.call.add(by).then((sum) => answers.push(sum));
    counter.send('info');
    await clock.advance(100);
    expect([answers, await runtime.sys.getState(counter)]).toEqual([[], 0]);
    await runtime.sys.resume(counter);
    await clock.advance(0);
    expect(answers).toEqual([1, 11, 111]);
    expect((await runtime.sys.getStatus(counter)).fields['seen']).toEqual(['info']);
  });

  test('answers requests to the process: state, status, replace (GS-081, GS-082)', async () => {
    const { runtime, counter } = await suspended();
    counter.cast.add();
    await runtime.sys.replaceState(counter, () => 7);
    expect(await runtime.sys.getStatus(counter)).toMatchObject({ status: 'suspended', mailboxSize: 1, state: 7 });
    await runtime.sys.resume(counter);
    expect(await runtime.sys.getStatus(counter)).toMatchObject({ status: 'running', mailboxSize: 0, state: 8 });
  });

  test('sees messages and requests in the order in which they came, once it is resumed (GS-082)', async () => {
    const { runtime, counter } = await suspended();
    counter.cast.add();
    const [, state] = [runtime.sys.resume(counter), runtime.sys.getState(counter)];
    counter.cast.add();
    expect([await state, await runtime.sys.getState(counter)]).toEqual([1, 2]);
  });

  test('can be suspended and resumed twice to no effect (GS-082)', async () => {
    const { runtime, counter } = await suspended();
    await runtime.sys.suspend(counter);
    counter.cast.add();
    await runtime.sys.resume(counter);
    await runtime.sys.resume(counter);
    expect(await counter.call.add()).toBe(2);
  });

  test('has no idle timeout; it begins anew with resume (GS-082)', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen = await counter.call.seenSoFar();
    await counter.call.arm(50);
    await runtime.sys.suspend(counter);
    await clock.advance(500);
    await runtime.sys.getState(counter);
    await clock.advance(500);
    await runtime.sys.resume(counter);
    await clock.advance(49);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual(['timeout']);
  });

  test('does not hold up the shutdown of its runtime (GS-082)', async () => {
    const { runtime, counter } = await suspended();
    counter.cast.add();
    expect(await runtime.shutdown()).toEqual({ killed: [] });
    expect(counter.isAlive).toBe(false);
  });

  test('can be stopped, killed, and ended by an exit signal that it does not trap (GS-082)', async () => {
    const { runtime, counter } = await suspended();
    const call = rejection(counter.call.add());
    await runtime.stop(counter);
    expect(await call).toBeInstanceOf(ProcessExitedError);
    const [killed, signalled] = [await runtime.start(Counter), await runtime.start(Counter)];
    for (const one of [killed, signalled]) await runtime.sys.suspend(one);
    runtime.kill(killed);
    runtime.exit(signalled, ExitReason.shutdown);
    expect([killed.isAlive, signalled.isAlive]).toEqual([false, false]);
  });

  test('follows its parent while trapping exits; the Exit of anybody else waits (GS-057, GS-082)', async () => {
    const { runtime, clock } = newRuntime();
    const [parent, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    const counter = (await parent.call.run(({ self }) => self.startLink(Counter))) as ServerRef<Counter>;
    const { pid } = other;
    await counter.call.trap();
    await counter.call.run(({ self }) => self.link(other));
    await runtime.sys.suspend(counter);
    await runtime.stop(other, ExitReason.shutdown);
    await clock.advance(0);
    expect((await runtime.sys.getStatus(counter)).fields['seen']).toEqual([]);
    await runtime.sys.resume(counter);
    expect((await runtime.sys.getStatus(counter)).fields['seen']).toEqual([new Exit(pid, ExitReason.shutdown)]);
    await runtime.sys.suspend(counter);
    const exited = runtime.exited(counter);
    await runtime.stop(parent, ExitReason.shutdown);
    expect(await exited).toEqual(ExitReason.shutdown);
  });

  test('keeps its limit: what is too much is dropped at once', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter, { mailbox: { limit: 1, overflow: 'reject' } });
    await runtime.sys.suspend(counter);
    expect([counter.send('a'), counter.send('b')]).toEqual([true, false]);
    await runtime.sys.resume(counter);
    const { fields, mailboxLimit } = await runtime.sys.getStatus(counter);
    expect([fields['seen'], mailboxLimit]).toEqual([['a'], { limit: 1, overflow: 'reject' }]);
  });

  test('leaves nothing waiting for ever when it is killed: each caller hears, each message is counted', async () => {
    const { runtime, counter } = await suspended();
    const call = rejection(counter.call.add());
    counter.cast.add();
    runtime.kill(counter);
    expect(await call).toBeInstanceOf(ProcessExitedError);
    expect(runtime.stats().dropped.dead_letter).toBe(1);
  });

  test('that stops itself from outside a handler does so', async () => {
    const { runtime, counter } = await suspended();
    const exited = runtime.exited(counter);
    await runtime.sys.resume(counter);
    const self = (await counter.call.run((one) => one.self)) as Self;
    await runtime.sys.suspend(counter);
    self.stop(ExitReason.shutdown);
    expect(await exited).toEqual(ExitReason.shutdown);
  });
});

test('an urgent stop does not wait for the messages before it (GS-074)', async () => {
  const { runtime, clock } = newRuntime();
  const counter = await runtime.start(Counter);
  const work = gate();
  counter.cast.work(work.opened);
  await clock.advance(0);
  const call = rejection(counter.call.add());
  const stopped = runtime.stop(counter, ExitReason.normal, { urgent: true });
  work.open();
  await stopped;
  expect(await call).toBeInstanceOf(ProcessExitedError);
});

describe('sys.getStatus', () => {
  test('says what there is to say', async () => {
    const { runtime } = newRuntime();
    const parent = await runtime.start(Probe, { name: 'parent', args: [{ trapExit: true }] });
    await parent.call.run(({ self }) => self.startLink(Counter, { args: [3], name: 'counter' }));
    const counter = runtime.ref(Counter, 'counter');
    const status = await runtime.sys.getStatus(counter);
    expectTypeOf(status).toEqualTypeOf<ProcessStatus>();
    expect(status).toEqual({
      pid: counter.pid,
      name: 'counter',
      className: 'Counter',
      parent: 'parent',
      status: 'running',
      mailboxSize: 0,
      mailboxLimit: undefined,
      trapExit: false,
      links: [parent.pid],
      state: 3,
      fields: { seen: [] },
    });
  });

  class Vault extends GenServer<{ readonly pin: string }> {
    pin = '1234';
    format: (status: ServerStatus<{ readonly pin: string }>) => ServerStatus = (status) => status;

    override init(): { readonly pin: string } {
      return { pin: this.pin };
    }
    use(format: Vault['format']): void {
      this.format = format;
    }
    override formatStatus(status: ServerStatus<{ readonly pin: string }>): ServerStatus {
      return this.format(status);
    }
  }

  test('shows what formatStatus lets through (GS-084)', async () => {
    const { runtime } = newRuntime();
    const vault = await runtime.start(Vault);
    expect(await runtime.sys.getStatus(vault)).toMatchObject({ state: { pin: '1234' }, fields: { pin: '1234' } });
    await vault.call.use((status) => ({ ...status, state: { pin: '…' }, fields: {} }));
    expect(await runtime.sys.getStatus(vault)).toMatchObject({ state: { pin: '…' }, fields: {} });
    expect(await runtime.sys.getState(vault)).toEqual({ pin: '1234' });
  });

  test.each([
    ['throws', () => raise(boom), 'failed: boom'],
    ['throws what is no error', () => raise('x'), 'failed: what it threw is no Error'],
    ['gives what is no status', () => 5 as never, 'gave number'],
  ])('shows a text instead when formatStatus %s, and nothing else breaks (GS-084)', async (_, format, text) => {
    const { runtime } = newRuntime();
    const vault = await runtime.start(Vault, { name: 'vault' });
    await vault.call.use(format);
    const status = await runtime.sys.getStatus(vault);
    expect(status).toMatchObject({ name: 'vault', state: `(formatStatus of Vault ${text})`, fields: {} });
  });
});

test('a state that is a promise does not hold its server while somebody looks at it (GS-081)', async () => {
  const { runtime, clock } = newRuntime();
  class Pending extends GenServer<Promise<void>> {
    wait(until: Promise<void>): void {
      this.state = until;
    }
    ping(): 'pong' {
      return 'pong';
    }
  }
  const pending = await runtime.start(Pending);
  await pending.call.wait(new Promise(() => undefined));
  const seen = [runtime.sys.getState(pending), runtime.sys.replaceState(pending, (state) => state)].map(rejection);
  expect(await Promise.race([pending.call.ping(), ...seen])).toBe('pong');
  await clock.advance(5000);
  await runtime.stop(pending);
  expect(runtime.stats().processes).toBe(0);
});
