import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { ExitReason, GenServer, Runtime } from '../../src/index.js';
import { gate, Probe, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const sender = new AsyncLocalStorage<string>();

/** Writes down in whose context each of its handlers runs. */
class Witness extends GenServer {
  readonly seen: unknown[] = [];

  override init(): void {
    this.note();
  }
  note(): void {
    this.seen.push(sender.getStore());
    this.self.continue();
    this.self.sendAfter(10, 'later');
  }
  async noteLate(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.seen.push(sender.getStore());
  }
  override handleContinue(): void {
    this.seen.push(sender.getStore());
  }
  override handleInfo(): void {
    this.seen.push(sender.getStore());
  }
  taken(): readonly unknown[] {
    return this.seen;
  }
}

describe('with asyncContext: false', () => {
  test('every handler runs in the context in which the runtime was made', async () => {
    const { runtime, clock } = sender.run('home', () => newRuntime({ asyncContext: false }));
    const witness = await sender.run('starter', () => runtime.start(Witness));
    await sender.run('ada', () => witness.call.note());
    sender.run('bob', () => witness.cast.note());
    sender.run('eve', () => witness.send('info'));
    await sender.run('late', () => witness.call.noteLate());
    await clock.advance(10);
    const seen = await witness.call.taken();
    expect([seen.length, new Set(seen)]).toEqual([11, new Set(['home'])]);
  });

  test('the caller still gets its answer in its own context', async () => {
    const { runtime } = newRuntime({ asyncContext: false });
    const probe = await runtime.start(Probe);
    const store = await sender.run('ada', async () => {
      await probe.call.ping();
      return sender.getStore();
    });
    expect(store).toBe('ada');
  });

  test('deadlines pass on to nested calls', async () => {
    const { runtime, clock } = newRuntime({ asyncContext: false });
    const [outer, inner] = [await runtime.start(Probe), await runtime.start(Probe)];
    const { opened, open } = gate();
    const nested: unknown[] = [];
    const call = outer.with({ timeoutMs: 100 }).call.run(async () => {
      nested.push(await rejection(inner.call.run(() => opened)));
    });
    const failed = rejection(call);
    await clock.advance(100);
    expect(await failed).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT', timeoutMs: 100 });
    expect(nested).toMatchObject([{ code: 'ERR_GENSERVER_CALL_TIMEOUT', timeoutMs: 100 }]);
    open();
    await clock.advance(0);
  });

  test('a cycle of calls is found (GS-034)', async () => {
    const { runtime } = newRuntime({ asyncContext: false });
    const [a, b] = [await runtime.start(Probe, { name: 'a' }), await runtime.start(Probe, { name: 'b' })];
    const error = await a.call.run(() => b.call.run(() => rejection(a.call.ping())));
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_CALL_CYCLE', path: ['b', 'a', 'b'] });
  });

  test('requests end with their signals, errors and exits as ever', async () => {
    const { runtime, clock } = newRuntime({ asyncContext: false });
    const probe = await runtime.start(Probe, { name: 'p' });
    const abort = new AbortController();
    const { opened, open } = gate();
    const seen: unknown[] = [];
    const call = probe.with({ signal: abort.signal }).call.run(({ self }) => {
      self.request?.signal?.addEventListener('abort', () => seen.push('aborted'));
      return opened;
    });
    const waiting = rejection(probe.call.ping());
    await clock.advance(0);
    abort.abort();
    expect(await rejection(call)).toMatchObject({ code: 'ERR_GENSERVER_CALL_ABORTED' });
    expect(seen).toEqual(['aborted']);
    runtime.kill(probe);
    expect(await waiting).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED', reason: ExitReason.killed });
    open();
    expect(await rejection(probe.call.ping())).toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
  });
});

test.each([
  ['asyncContext', 'yes'],
  ['random', 0.5],
])('the option %s must not be %p', (option, value) => {
  const make = (): Runtime => new Runtime({ [option]: value });
  expect(make).toThrow(expect.objectContaining({ option }));
});
