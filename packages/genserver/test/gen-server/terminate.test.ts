import { describe, expect, test } from '@jest/globals';
import { child, Exit, ExitReason, GenServer, type ServerRef, supervisor } from '../../src/index.js';
import { LastWord, startLastWord } from './last-word.js';
import { gate, type LastWords, Probe, raise, rejection } from './probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');
const failed = ExitReason.error(boom);

describe('terminate', () => {
  test.each(['call', 'cast', 'info', 'continue', 'timeout'] as const)(
    'runs once, with the error, when a %s throws; the state is the one before (GS-047, GS-051)',
    async (kind) => {
      const { runtime, clock } = newRuntime();
      const ends: unknown[] = [];
      class Fragile extends Probe {
        override init(): void {
          this.seen.push('kept');
        }
        fail(): void {
          raise(boom);
        }
        override handleInfo = (): void => raise(boom);
        override handleContinue = (): void => raise(boom);
        override handleTimeout = (): void => raise(boom);
        override terminate(reason: ExitReason): void {
          ends.push(reason, ...this.seen);
        }
      }
      const fragile = await runtime.start(Fragile);
      if (kind === 'call') void rejection(fragile.call.fail());
      else if (kind === 'cast') fragile.cast.fail();
      else if (kind === 'info') fragile.send('x');
      else if (kind === 'continue') fragile.cast.run(({ self }) => self.continue());
      else fragile.cast.run(({ self }) => self.idleTimeout(5));
      await clock.advance(5);
      expect(ends).toEqual([failed, 'kept']);
    },
  );

  test.each([ExitReason.normal, ExitReason.shutdown])(
    'that throws replaces the reason %j; so does one that rejects (GS-054, GS-055)',
    async (reason) => {
      const made = newRuntime();
      for (const last of [() => raise(boom), () => Promise.reject(boom)]) {
        const server = await startLastWord(made, last);
        const exited = made.runtime.exited(server);
        server.cast.run(({ self }) => self.stop(reason));
        expect(await exited).toEqual(failed);
      }
      const plain = await startLastWord(made, () => 'ignored');
      const exited = made.runtime.exited(plain);
      plain.cast.run(({ self }) => self.stop(reason));
      expect(await exited).toEqual(reason);
    },
  );

  test('is optional (GS-053)', async () => {
    const { runtime } = newRuntime();
    class Silent extends GenServer {}
    const silent = await runtime.start(Silent);
    const exited = runtime.exited(silent);
    await runtime.stop(silent, failed);
    expect(await exited).toEqual(failed);
  });

  test('that hangs can still be killed; what it throws later is counted', async () => {
    const made = newRuntime();
    const { opened, fail } = gate();
    const server = await startLastWord(made, () => opened);
    const exited = made.runtime.exited(server);
    const stopped = rejection(made.runtime.stop(server));
    await made.clock.advance(0);
    made.runtime.kill(server);
    expect(await exited).toEqual(ExitReason.killed);
    expect(await stopped).toMatchObject({ code: 'ERR_GENSERVER_STOP_FAILED', reason: ExitReason.killed });
    fail(boom);
    await made.clock.advance(0);
    expect(made.runtime.stats().dropped.late_failure).toBe(1);
  });

  test('may call others, and answer who it owes an answer', async () => {
    const made = newRuntime();
    const other = await made.runtime.start(Probe);
    const answers: unknown[] = [];
    class Polite extends LastWord {
      readonly turn = gate<{ reply(value: string): void }>();
      wait(): unknown {
        const turn = this.self.defer<string>();
        this.last = async () => {
          answers.push(await other.call.ping());
          turn.reply('closing');
        };
        return turn;
      }
    }
    const polite = await made.runtime.start(Polite);
    const waiting = polite.call.wait();
    await made.runtime.stop(polite);
    expect([await waiting, ...answers]).toEqual(['closing', 'pong']);
  });
});

describe('the exit of the parent', () => {
  /** A supervisor with one probe; ends when the supervisor is killed or stopped. */
  async function startChild(made: TestRuntime, trapExit: boolean, lastWords: LastWords): Promise<ServerRef<Probe>> {
    const worker = child(Probe, { name: 'worker', args: [{ trapExit, lastWords }] });
    await made.runtime.startSupervisor({
      name: 'root',
      strategy: 'one_for_one',
      children: [supervisor({ name: 'parent', strategy: 'one_for_one', restart: 'temporary', children: [worker] })],
    });
    return made.runtime.ref(Probe, 'worker');
  }

  test('runs terminate of who traps exits, after the messages before it; handleInfo never sees it (GS-056, GS-057)', async () => {
    const made = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    const worker = await startChild(made, true, lastWords);
    const handled: string[] = [];
    worker.cast.run(() => void handled.push('before'));
    made.runtime.kill('parent');
    worker.cast.run(() => void handled.push('after'));
    expect(await made.runtime.exited(worker)).toEqual(ExitReason.killed);
    expect(handled).toEqual(['before']);
    expect(lastWords.reasons).toEqual([ExitReason.killed]);
  });

  test('ends who does not trap exits, without terminate (GS-052, GS-058)', async () => {
    const made = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    const worker = await startChild(made, false, lastWords);
    const exited = made.runtime.exited(worker);
    made.runtime.kill('parent');
    expect(await exited).toEqual(ExitReason.killed);
    expect(lastWords.reasons).toEqual([]);
  });

  test('as the argument of a message is only an argument', async () => {
    const made = newRuntime();
    const worker = await startChild(made, false, { reasons: [] });
    const exit = new Exit(made.runtime.whereis('parent'), ExitReason.shutdown);
    expect(await worker.call.run(exit as never).catch((error: unknown) => (error as Error).message)).toContain(
      'work is not a function',
    );
    const restarted = made.runtime.ref(Probe, 'worker');
    await made.clock.advance(0);
    restarted.send(exit);
    expect(await restarted.call.received()).toEqual([exit]);
  });
});

test('the exit of a stranger is a message for who traps exits (GS-059)', async () => {
  const { runtime } = newRuntime();
  const lastWords: LastWords = { reasons: [] };
  const probe = await runtime.start(Probe, { args: [{ trapExit: true, lastWords }] });
  runtime.exit(probe, ExitReason.shutdown);
  expect(await probe.call.received()).toEqual([new Exit(undefined, ExitReason.shutdown)]);
  expect(lastWords.reasons).toEqual([]);
});
