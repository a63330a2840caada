import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  CallTimeoutError,
  ExitReason,
  InvalidOptionError,
  NoProcessError,
  ProcessExitedError,
  refuse,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('a call', () => {
  test('gives what the method returns; requests are handled in the order of their arrival (GS-021)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const order: number[] = [];
    const replies = [1, 2, 3].map((n) => probe.call.run(async () => (await Promise.resolve(), order.push(n), n)));
    expect(await Promise.all(replies)).toEqual([1, 2, 3]);
    expect(order).toEqual([1, 2, 3]);
  });

  test('runs to its end, asynchronous parts included, before the next message (GS-092)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const trace: string[] = [];
    const step = (name: string) => async (): Promise<void> => {
      trace.push(`${name} begins`);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      trace.push(`${name} ends`);
    };
    const first = probe.call.run(step('call'));
    probe.cast.run(step('cast'));
    await Promise.all([first, probe.call.run(step('last'))]);
    expect(trace).toEqual(['call begins', 'call ends', 'cast begins', 'cast ends', 'last begins', 'last ends']);
  });

  test('is told no by refuse(), and the server lives on with its state', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const no = new Error('no');
    probe.send('kept');
    await expect(probe.call.run(() => refuse(no))).rejects.toBe(no);
    await expect(probe.call.run(async () => refuse(no))).rejects.toBe(no);
    expect(await probe.call.received()).toEqual(['kept']);
  });

  test('times out after 5000 ms by default; the server is not affected (GS-028, GS-035)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'slow' });
    const { opened, open } = gate();
    const error = rejection(probe.call.run(() => opened));
    let settled = false;
    void error.finally(() => (settled = true));
    await clock.advance(4999);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(await error).toBeInstanceOf(CallTimeoutError);
    expect(await error).toMatchObject({ server: 'slow', request: 'run', timeoutMs: 5000 });
    open();
    expect(await probe.call.ping()).toBe('pong');
  });

  test('with 0 ms times out unless the reply is there already; with Infinity it waits for ever (GS-029)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    const none = rejection(probe.with({ timeoutMs: 0 }).call.run(() => opened));
    const forEver = probe.with({ timeoutMs: Infinity }).call.ping();
    await clock.advance(10 ** 9);
    expect(await none).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT', timeoutMs: 0 });
    open();
    expect(await forEver).toBe('pong');
  });

  test.each([-1, Number.NaN, 'x', null, {}])(
    'with the timeout %p is refused, and nothing is sent (GS-029)',
    async (timeoutMs) => {
      const { runtime } = newRuntime();
      const probe = await runtime.start(Probe);
      expect(() => probe.with({ timeoutMs: timeoutMs as number })).toThrow(InvalidOptionError);
    },
  );

  test('with a fraction of a millisecond never times out early', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    const error = rejection(probe.with({ timeoutMs: 1.5 }).call.run(() => opened));
    await clock.advance(1);
    expect(runtime.stats().dropped.late_reply).toBe(0);
    await clock.advance(1);
    expect(await error).toBeInstanceOf(CallTimeoutError);
    open();
  });

  test('that has timed out drops the late reply, counts it, and confuses no later call (GS-030)', async () => {
    const { runtime, clock, events } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'slow' });
    const { opened, open } = gate();
    const late = rejection(probe.with({ timeoutMs: 10 }).call.run(() => opened.then(() => 'late')));
    await clock.advance(10);
    await late;
    const next = probe.call.ping();
    open();
    expect(await next).toBe('pong');
    expect(runtime.stats().dropped.late_reply).toBe(1);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'message_dropped', drop: 'late_reply', process: 'slow', message: 'run' }),
    );
  });

  test('that has timed out before it began is skipped and counted', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    let ran = false;
    probe.cast.run(() => opened);
    const expired = rejection(probe.with({ timeoutMs: 10 }).call.run(() => (ran = true)));
    await clock.advance(10);
    await expired;
    open();
    await probe.call.ping();
    expect(ran).toBe(false);
    expect(runtime.stats().dropped).toMatchObject({ expired_request: 1, late_reply: 0 });
  });

  test('to a dead process or an unknown name rejects with NoProcessError (GS-031)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    await runtime.stop(probe);
    const errors = [await rejection(probe.call.ping()), await rejection(runtime.ref(Probe, 'nobody').call.ping())];
    for (const error of errors) expect(error).toBeInstanceOf(NoProcessError);
    expect(errors).toMatchObject([{ request: 'ping' }, { server: 'nobody', request: 'ping' }]);
  });

  test.each([
    ['normal', ExitReason.normal],
    ['shutdown with a detail', ExitReason.shutdownWith('x')],
    ['an error', ExitReason.error(new Error('boom'))],
  ])(
    'running or waiting rejects at once with the reason when the server ends: %s (GS-032, GS-033)',
    async (_, reason) => {
      const { runtime, clock } = newRuntime();
      const probe = await runtime.start(Probe, { args: [{}] });
      const running = rejection(probe.call.run(({ self }) => (self.stop(reason), self.defer())));
      const waiting = [rejection(probe.call.ping()), rejection(probe.call.ping())];
      for (const error of await Promise.all([running, ...waiting])) {
        expect(error).toBeInstanceOf(ProcessExitedError);
        expect(error).toMatchObject({ reason });
      }
      expect(clock.now()).toBe(0);
    },
  );

  test('carries the crash as its cause (GS-032)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const boom = new Error('boom');
    expect(await rejection(probe.call.run(() => raise(boom)))).toMatchObject({ cause: boom, request: 'run' });
  });

  test('of a method that the server does not have ends the server, and both hear which there are (GS-041)', async () => {
    const { runtime } = newRuntime();
    class Wide extends Probe {
      extra(): void {}
    }
    await runtime.start(Probe, { name: 'n' });
    const exited = runtime.exited('n');
    const error = await rejection(runtime.ref(Wide, 'n').call.extra());
    expect(error).toBeInstanceOf(ProcessExitedError);
    expect(error).toMatchObject({ cause: { code: 'ERR_GENSERVER_UNKNOWN_MESSAGE', server: 'n', request: 'extra' } });
    expect((await exited).kind).toBe('error');
  });

  test('knows the messages of the class and nothing else: tools may look at it', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const untyped = probe.call as unknown as Record<string, unknown>;
    for (const name of ['pong', 'then', 'init', 'handleInfo', 'terminate', 'self', 'state']) {
      expect(untyped[name]).toBeUndefined();
    }
    expect(inspect(probe.call)).toEqual(expect.any(String));
    expect(inspect(probe.with({}))).toEqual(expect.any(String));
  });
});

test('many timed-out calls settle on one timer, and leave no timer behind', async () => {
  const { runtime, clock } = newRuntime();
  const probe = await runtime.start(Probe);
  const { opened, open } = gate();
  probe.cast.run(() => opened);
  const calls = Array.from({ length: 1000 }, () => rejection(probe.with({ timeoutMs: 10 }).call.ping()));
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(10);
  for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(CallTimeoutError);
  expect(clock.pendingTimers).toBe(0);
  open();
});
