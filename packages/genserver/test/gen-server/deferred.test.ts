import { describe, expect, test } from '@jest/globals';
import { type Deferred, ExitReason, ProcessExitedError, type Runtime, type ServerRef } from '../../src/index.js';
import { Probe, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

/** A server that keeps its callers waiting, and the answers it owes them. */
class Waiter extends Probe {
  readonly turns: Deferred<string>[] = [];
  wait(): Deferred<string> {
    const turn = this.self.defer<string>();
    this.turns.push(turn);
    return turn;
  }
  async waitAsync(): Promise<Deferred<string>> {
    await Promise.resolve();
    return this.wait();
  }
  owed(): readonly Deferred<string>[] {
    return [...this.turns];
  }
}

async function start(runtime: Runtime): Promise<ServerRef<Waiter>> {
  return runtime.start(Waiter, { name: 'waiter' });
}

async function firstTurn(waiter: ServerRef<Waiter>): Promise<Deferred<string>> {
  const [turn] = await waiter.call.owed();
  if (turn === undefined) throw new Error('Nobody waits.');
  return turn;
}

describe('an answer that was put off', () => {
  test.each(['wait', 'waitAsync'] as const)(
    'can be given later, while the server handles other messages: %s (GS-022, GS-023)',
    async (how) => {
      const { runtime } = newRuntime();
      const waiter = await start(runtime);
      const [first, second] = [waiter.call[how](), waiter.call[how]()];
      expect(await waiter.call.ping()).toBe('pong');
      await waiter.call.run(({ turns }) => {
        turns[1]?.reply('two');
        turns[0]?.reply('one');
      });
      expect(await Promise.all([first, second])).toEqual(['one', 'two']);
    },
  );

  test('can be given by another process, or from outside (GS-024)', async () => {
    const { runtime } = newRuntime();
    const [waiter, other] = [await start(runtime), await runtime.start(Probe)];
    const answer = waiter.call.wait();
    const turn = await firstTurn(waiter);
    await other.call.run(() => turn.reply('by another'));
    expect(await answer).toBe('by another');
  });

  test('can be given before the handler returns (GS-025)', async () => {
    const { runtime } = newRuntime();
    const waiter = await start(runtime);
    const answer = waiter.call.run(async ({ self }) => {
      const turn = self.defer<string>();
      turn.reply('early');
      await Promise.resolve();
      return turn;
    });
    expect(await answer).toBe('early');
    expect(await waiter.call.ping()).toBe('pong');
    expect(runtime.stats().dropped.late_reply).toBe(0);
  });

  test('can be a refusal', async () => {
    const { runtime } = newRuntime();
    const waiter = await start(runtime);
    const answer = waiter.call.wait();
    const no = new Error('no');
    (await firstTurn(waiter)).refuse(no);
    await expect(answer).rejects.toBe(no);
  });

  test('is given once: the second one is dropped and counted (GS-026)', async () => {
    const { runtime } = newRuntime();
    const waiter = await start(runtime);
    const answer = waiter.call.wait();
    const turn = await firstTurn(waiter);
    expect(turn.isPending).toBe(true);
    turn.reply('first');
    turn.reply('second');
    turn.refuse(new Error('third'));
    expect([await answer, turn.isPending]).toEqual(['first', false]);
    expect(runtime.stats().dropped.late_reply).toBe(2);
  });

  test('to a caller that is gone is dropped and counted (GS-027)', async () => {
    const { runtime, clock } = newRuntime();
    const waiter = await start(runtime);
    const answer = rejection(waiter.with({ timeoutMs: 10 }).call.wait());
    await clock.advance(10);
    await answer;
    const turn = await firstTurn(waiter);
    expect(turn.isPending).toBe(false);
    turn.reply('late');
    expect(runtime.stats().dropped.late_reply).toBe(1);
  });

  test('is the end of the server when that comes first (GS-032)', async () => {
    const { runtime } = newRuntime();
    const waiter = await start(runtime);
    const answer = rejection(waiter.call.wait());
    const turn = await firstTurn(waiter);
    runtime.kill(waiter);
    expect(await answer).toBeInstanceOf(ProcessExitedError);
    expect(await answer).toMatchObject({ reason: ExitReason.killed });
    turn.reply('from the grave');
    expect(runtime.stats().dropped.late_reply).toBe(1);
  });

  test('of a cast answers nobody', async () => {
    const { runtime } = newRuntime();
    const waiter = await start(runtime);
    waiter.cast.wait();
    const turn = await firstTurn(waiter);
    expect(turn.isPending).toBe(false);
    turn.reply('nobody');
    expect([await waiter.call.ping(), runtime.stats().dropped.late_reply]).toEqual(['pong', 0]);
  });

  test('made for another call ends the server (GS-050)', async () => {
    const { runtime } = newRuntime();
    const waiter = await start(runtime);
    const first = rejection(waiter.call.wait());
    const second = rejection(waiter.call.run(({ turns }) => turns[0]));
    expect(await second).toMatchObject({
      cause: { message: expect.stringContaining('made for another call') as unknown },
    });
    expect(await first).toBeInstanceOf(ProcessExitedError);
  });

  test('may be a promise, which the caller waits for', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const answer = probe.call.run(({ self }) => {
      const turn = self.defer<Promise<string>>();
      turn.reply(Promise.resolve('settled'));
      return turn;
    });
    expect(await answer).toBe('settled');
  });
});
