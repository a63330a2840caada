import { describe, expect, test } from '@jest/globals';
import { GenServer } from '../../src/index.js';
import { gate, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

/** Counts its idle timeouts; asks for one only when it is told to. */
class Idler extends GenServer {
  readonly timeouts: number[] = [];
  now: () => number = () => 0;
  again: number | undefined;

  override init(now: () => number, idleMs?: number): void {
    this.now = now;
    if (idleMs !== undefined) this.self.idleTimeout(idleMs);
  }
  override handleTimeout(): void {
    this.timeouts.push(this.now());
    if (this.again !== undefined) this.self.idleTimeout(this.again);
  }
  override handleInfo(): void {}
  wait(...idleMs: readonly number[]): void {
    for (const delayMs of idleMs) this.self.idleTimeout(delayMs);
  }
  repeat(everyMs: number): void {
    this.again = everyMs;
    this.self.idleTimeout(everyMs);
  }
  async work(until: Promise<void>): Promise<void> {
    this.self.idleTimeout(10);
    await until;
  }
  outside(): (delayMs: number) => void {
    return (delayMs) => this.self.idleTimeout(delayMs);
  }
  seen(): readonly number[] {
    return this.timeouts;
  }
}

describe('idleTimeout', () => {
  test('runs handleTimeout once when no message has come for so long, also when init asked for it (GS-066)', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now(), 50] });
    await clock.advance(49);
    await clock.advance(200);
    expect(await idler.call.seen()).toEqual([50]);
  });

  test('repeats when it is asked for again', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now()] });
    await idler.call.repeat(10);
    await clock.advance(35);
    expect(await idler.call.seen()).toEqual([10, 20, 30]);
    await clock.advance(100);
    expect(await idler.call.seen()).toEqual([10, 20, 30]);
  });

  test.each(['call', 'cast', 'send'] as const)('is cancelled by any message: %s (GS-067)', async (kind) => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now(), 50] });
    await clock.advance(49);
    if (kind === 'call') await idler.call.seen();
    else if (kind === 'cast') idler.cast.seen();
    else idler.send('x');
    await clock.advance(1000);
    expect(await idler.call.seen()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is cancelled by a message that comes at the same moment, if that is handled first', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now(), 50] });
    clock.setTimer(50, () => undefined);
    await clock.advance(49);
    idler.cast.seen();
    await clock.advance(1);
    expect(await idler.call.seen()).toEqual([]);
  });

  test('starts when the handler that asked for it ends; the last one counts', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now()] });
    const { opened, open } = gate();
    const work = idler.call.work(opened);
    await clock.advance(100);
    open();
    await work;
    await clock.advance(10);
    await idler.call.wait(5, 30);
    await clock.advance(30);
    expect(await idler.call.seen()).toEqual([110, 140]);
  });

  test('of 0 ms runs at once if nothing waits, and not at all if something does (GS-068)', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now()] });
    idler.cast.wait(0);
    await clock.advance(0);
    expect(await idler.call.seen()).toHaveLength(1);
    idler.cast.wait(0);
    idler.send('waiting');
    await clock.advance(10);
    expect(await idler.call.seen()).toHaveLength(1);
  });

  test('of Infinity means none, and takes an earlier one back (GS-069)', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now()] });
    await idler.call.wait(10, Infinity);
    await clock.advance(1000);
    expect(await idler.call.seen()).toEqual([]);
  });

  test('begins anew when an expired request is skipped: no handler ran that could ask for it again', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now()] });
    const { opened, open } = gate();
    idler.cast.work(opened);
    const expired = rejection(idler.with({ timeoutMs: 3 }).call.seen());
    await clock.advance(5);
    await expired;
    open();
    await clock.advance(20);
    expect(await idler.call.seen()).toEqual([15]);
    expect(runtime.stats().dropped.expired_request).toBe(1);
  });

  test('between messages replaces the running one', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now()] });
    const idleTimeout = await idler.call.outside();
    idleTimeout(10);
    idleTimeout(20);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(30);
    expect(await idler.call.seen()).toEqual([20]);
  });

  test('of 0 ms with a message of its own does not come between a handler and its continuation (GS-061, GS-071)', async () => {
    const { runtime } = newRuntime();
    class Both extends GenServer {
      readonly seen: unknown[] = [];
      go(): void {
        this.self.idleTimeout(0, 'idle');
        this.self.continue('next');
      }
      received(): readonly unknown[] {
        return this.seen;
      }
      override handleContinue(argument: unknown): void {
        this.seen.push(argument);
      }
      override handleInfo(message: unknown): void {
        this.seen.push(message);
      }
    }
    const both = await runtime.start(Both);
    await both.call.go();
    expect(await both.call.received()).toEqual(['next']); // any message cancels the timeout, also the continuation
  });

  test('ends with the process', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler, { args: [() => clock.now(), 50] });
    runtime.kill(idler);
    expect(clock.pendingTimers).toBe(0);
  });

  test('without a handleTimeout ends the server, and says why; a bad time does, too', async () => {
    const { runtime, clock } = newRuntime();
    class None extends GenServer {
      go(delayMs: number): void {
        this.self.idleTimeout(delayMs);
      }
    }
    const none = await runtime.start(None);
    const exited = runtime.exited(none);
    none.cast.go(1);
    await clock.advance(1);
    expect(await exited).toMatchObject({ error: { message: expect.stringContaining('no handleTimeout') as unknown } });
    for (const delayMs of [-1, Number.NaN, 'x' as unknown as number]) {
      const strict = await runtime.start(None);
      expect(await rejection(strict.call.go(delayMs))).toMatchObject({ cause: { option: 'delayMs' } });
    }
  });
});
