import { describe, expect, test } from '@jest/globals';
import {
  ExitReason,
  InvalidOptionError,
  Runtime,
  type RuntimeEvent,
  type RuntimeListener,
  type RuntimeOptions,
} from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('subscribe', () => {
  test('tells each event at once, in the order in which things happen', async () => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'a' });
    const { pid } = probe;
    await runtime.stop(probe, ExitReason.shutdown);
    probe.cast.ping();
    expect(events).toEqual([
      { kind: 'process_started', pid, process: 'a', parent: undefined },
      { kind: 'process_exited', pid, process: 'a', reason: ExitReason.shutdown },
      { kind: 'message_dropped', drop: 'dead_letter', process: 'a', message: 'ping', detail: [] },
    ]);
  });

  test('lets a listener unsubscribe itself and others inside an event, and subscribe new ones for the next', async () => {
    const { runtime } = newRuntime();
    const heard: string[] = [];
    const off: (() => void)[] = [];
    const listen = (name: string, then: () => void = () => undefined): void => {
      off.push(runtime.subscribe(({ kind }) => (heard.push(`${name} ${kind}`), then())));
    };
    listen('first', () => {
      off[0]?.();
      off[1]?.();
      listen('new');
    });
    listen('second');
    const probe = await runtime.start(Probe);
    runtime.kill(probe);
    expect(heard).toEqual(['first process_started', 'new process_exited']);
    off[2]?.();
    expect(runtime.listenerCount).toBe(1);
  });

  test('takes one function twice, and each has its own end', async () => {
    const { runtime } = newRuntime();
    let heard = 0;
    const listener = (): void => void heard++;
    const [once, twice] = [runtime.subscribe(listener), runtime.subscribe(listener)];
    await runtime.start(Probe);
    once();
    once();
    await runtime.start(Probe);
    twice();
    await runtime.start(Probe);
    expect(heard).toBe(3);
  });

  test('lets a listener act: a kill inside the news of a start fails that start, a start inside the news of an end succeeds', async () => {
    const { runtime } = newRuntime();
    const replaced: Promise<unknown>[] = [];
    const act = (event: RuntimeEvent): void => {
      if (event.kind === 'process_started' && event.process === 'doomed') runtime.kill('doomed');
      if (event.kind === 'process_exited' && event.process === 'doomed')
        replaced.push(runtime.start(Probe, { name: 'heir' }));
    };
    const unsubscribe = runtime.subscribe(act);
    await expect(runtime.start(Probe, { name: 'doomed' })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_GENSERVER_/) as unknown,
    });
    await Promise.all(replaced);
    unsubscribe();
    expect([runtime.whereis('doomed'), runtime.whereis('heir')]).toEqual([undefined, 2]);
  });

  test.each([undefined, null, {}, 'x'])('refuses %p as a listener', (listener) => {
    const { runtime } = newRuntime();
    expect(() => runtime.subscribe(listener as RuntimeListener)).toThrow(InvalidOptionError);
  });
});

describe('a runtime', () => {
  test('shares nothing with another: names, pids, events', async () => {
    const [one, two] = [newRuntime(), newRuntime()];
    const [a, b] = [await one.runtime.start(Probe, { name: 'n' }), await two.runtime.start(Probe, { name: 'n' })];
    expect(a.pid).toBe(b.pid);
    await one.runtime.stop('n');
    expect(await two.runtime.ref(Probe, 'n').call.ping()).toBe('pong');
    expect(two.events).toHaveLength(1);
  });

  const noTime = { now: () => Number.NaN, setTimer: () => undefined };

  test.each([{ clock: {} }, { clock: null }, { clock: noTime }, { create: 1 }])('refuses the options %j', (options) => {
    expect(() => new Runtime(options as unknown as RuntimeOptions)).toThrow(InvalidOptionError);
  });

  test('finds a process by pid, name or ref; a pid of nobody gives undefined (PROC-028, PROC-031, GS-020)', async () => {
    const { runtime } = newRuntime();
    const named = await runtime.start(Probe, { name: 'n' });
    const { pid } = named;
    if (pid === undefined) throw new Error('Not started.');
    expect([runtime.whereis('n'), runtime.whereis(pid), runtime.whereis(named)]).toEqual([pid, pid, pid]);
    await runtime.stop(pid);
    expect([runtime.whereis('n'), runtime.whereis(pid), runtime.whereis(named), runtime.whereis('m')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('never uses a pid again', async () => {
    const { runtime } = newRuntime();
    const first = await runtime.start(Probe);
    const { pid } = first;
    runtime.kill(first);
    const second = await runtime.start(Probe);
    expect(second.pid).toBeGreaterThan(Number(pid));
    expect(first.isAlive).toBe(false);
  });
});
