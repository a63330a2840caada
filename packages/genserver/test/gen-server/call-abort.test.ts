import { describe, expect, test } from '@jest/globals';
import { CallAbortedError, InvalidOptionError } from '../../src/index.js';
import { gate, Probe, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const why = new Error('the user went away');

/** A signal that counts its listeners: a call must not leave one behind. */
function countedSignal(): { readonly abort: AbortController; readonly listeners: () => number } {
  const abort = new AbortController();
  const { signal } = abort;
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (count++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (count--, remove(...args));
  return { abort, listeners: () => count };
}

describe('a call with an AbortSignal', () => {
  test('that has fired already is not sent', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    let ran = false;
    const error = await rejection(probe.with({ signal: AbortSignal.abort(why) }).call.run(() => (ran = true)));
    expect(error).toBeInstanceOf(CallAbortedError);
    expect(error).toMatchObject({ cause: why, request: 'run' });
    await probe.call.ping();
    expect([ran, runtime.stats().dropped.expired_request]).toEqual([false, 0]);
  });

  test('that fires while the request waits is skipped', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const { abort, listeners } = countedSignal();
    const { opened, open } = gate();
    let ran = false;
    probe.cast.run(() => opened);
    const error = rejection(probe.with({ signal: abort.signal }).call.run(() => (ran = true)));
    abort.abort(why);
    expect(await error).toMatchObject({ code: 'ERR_GENSERVER_CALL_ABORTED', cause: why });
    open();
    await probe.call.ping();
    expect([ran, listeners(), runtime.stats().dropped.expired_request]).toEqual([false, 0, 1]);
  });

  test('that fires while the request is handled reaches the handler as request.signal', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const abort = new AbortController();
    const { opened, open } = gate();
    let reason: unknown;
    const call = rejection(
      probe.with({ signal: abort.signal }).call.run(async ({ self }) => {
        const signal = self.request?.signal;
        signal?.addEventListener('abort', () => void (reason = signal.reason as unknown));
        await opened;
      }),
    );
    await clock.advance(0);
    abort.abort(why);
    const error = await call;
    expect(error).toBeInstanceOf(CallAbortedError);
    expect(reason).toBe(error);
    open();
    expect(await probe.call.ping()).toBe('pong');
  });

  test('takes its listener away once it is settled, by a reply, a refusal, a timeout or the end of the server', async () => {
    const { runtime, clock } = newRuntime();
    const [probe, doomed] = [await runtime.start(Probe), await runtime.start(Probe)];
    const { abort, listeners } = countedSignal();
    const { signal } = abort;
    const { opened, open } = gate();
    await probe.with({ signal }).call.ping();
    const late = rejection(probe.with({ signal, timeoutMs: 1 }).call.run(() => opened));
    const ended = rejection(doomed.with({ signal }).call.run(() => opened));
    await clock.advance(1);
    runtime.kill(doomed);
    await Promise.all([late, ended]);
    expect(listeners()).toBe(0);
    open();
  });

  test('that fires after the reply changes nothing', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const abort = new AbortController();
    expect(await probe.with({ signal: abort.signal }).call.ping()).toBe('pong');
    abort.abort(why);
    expect(await probe.call.ping()).toBe('pong');
  });

  test.each([1, 'x', null, {}])('refuses %p as a signal', async (signal) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    expect(() => probe.with({ signal: signal as AbortSignal })).toThrow(InvalidOptionError);
  });
});

describe('the request being handled', () => {
  test('tells kind, name, caller, and the time left; nothing between messages', async () => {
    const { runtime, clock } = newRuntime();
    const caller = await runtime.start(Probe, { name: 'caller' });
    const probe = await runtime.start(Probe);
    const facts = ({ self: { request } }: Probe): unknown => [
      request?.kind,
      request?.name,
      request?.caller,
      request?.remainingMs,
    ];
    expect(await caller.call.run(() => probe.with({ timeoutMs: 70 }).call.run(facts))).toEqual([
      'call',
      'run',
      'caller',
      70,
    ]);
    expect(await probe.with({ timeoutMs: Infinity }).call.run(facts)).toEqual(['call', 'run', undefined, Infinity]);
    const cast = gate<unknown>();
    probe.cast.run((self) => cast.open(facts(self)));
    expect(await cast.opened).toEqual(['cast', 'run', undefined, Infinity]);
    const between = await probe.call.run((self) => () => self.self.request);
    await clock.advance(0);
    expect((between as () => unknown)()).toBeUndefined();
  });

  test('has a signal that fires when its time is up, and stays quiet when it is answered', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const signals: (AbortSignal | undefined)[] = [];
    const { opened, open } = gate();
    await probe.call.run(({ self }) => void signals.push(self.request?.signal));
    const late = rejection(
      probe.with({ timeoutMs: 10 }).call.run(({ self }) => (signals.push(self.request?.signal), opened)),
    );
    await clock.advance(10);
    await late;
    expect(signals.map((signal) => signal?.aborted)).toEqual([false, true]);
    open();
  });

  test('passes what is left of its time on to nested calls, but not to casts', async () => {
    const { runtime, clock } = newRuntime();
    const [outer, inner] = [await runtime.start(Probe), await runtime.start(Probe)];
    const { opened, open } = gate();
    const left = ({ self }: Probe): number | undefined => self.request?.remainingMs;
    const call = outer.with({ timeoutMs: 100 }).call.run(async () => {
      await opened;
      return [await inner.call.run(left), await inner.with({ timeoutMs: 10 }).call.run(left)];
    });
    await clock.advance(30);
    open();
    expect(await call).toEqual([70, 10]);
    const viaCast = gate<unknown>();
    await outer
      .with({ timeoutMs: 100 })
      .call.run(() => outer.cast.run(async () => viaCast.open(await inner.call.run(left))));
    expect(await viaCast.opened).toBe(5000);
  });
});
