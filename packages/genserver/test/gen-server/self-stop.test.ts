import { describe, expect, test } from '@jest/globals';
import { ExitReason, stop } from '../../src/index.js';
import { startLastWord } from './last-word.js';
import { gate, type LastWords, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');
const failed = ExitReason.error(boom);

describe('self.stop', () => {
  test.each([ExitReason.normal, ExitReason.shutdown, failed])(
    'runs terminate with %j, ends with it, and handles nothing more (GS-044)',
    async (reason) => {
      const { runtime } = newRuntime();
      const lastWords: LastWords = { reasons: [] };
      const probe = await runtime.start(Probe, { args: [{ lastWords }] });
      const exited = runtime.exited(probe);
      probe.cast.run(({ self }) => self.stop(reason));
      probe.cast.run(() => raise('never handled'));
      expect(await exited).toEqual(reason);
      expect(lastWords.reasons).toEqual([reason]);
    },
  );

  test('in a call: terminate first, to its end, then the reply, then the exit (GS-045)', async () => {
    const made = newRuntime();
    const trace: string[] = [];
    const { opened, open } = gate();
    const server = await startLastWord(made, () => opened.then(() => trace.push('terminated')));
    const exited = made.runtime.exited(server).then(() => trace.push('exited'));
    const reply = server.call
      .run(({ self }) => (self.stop(), 'bye'))
      .then((value) => trace.push(`reply: ${String(value)}`));
    await made.clock.advance(0);
    expect(trace).toEqual([]);
    open();
    await Promise.all([reply, exited]);
    expect(trace).toEqual(['terminated', 'reply: bye', 'exited']);
  });

  test.each(['throws', 'rejects'])('in a call: the reply is sent even if terminate %s (GS-046)', async (how) => {
    const made = newRuntime();
    const server = await startLastWord(made, () => (how === 'throws' ? raise(boom) : Promise.reject(boom)));
    const exited = made.runtime.exited(server);
    expect(await server.call.run(({ self }) => (self.stop(), 'bye'))).toBe('bye');
    expect(await exited).toEqual(failed);
  });

  test('with a reply that makes no sense ends with that error (GS-050)', async () => {
    const made = newRuntime();
    for (const last of [() => undefined, () => Promise.resolve(), () => raise(boom)]) {
      const server = await startLastWord(made, last);
      const exited = made.runtime.exited(server);
      const call = rejection(server.call.run(({ self }) => (self.stop(), stop(ExitReason.normal))));
      expect(await exited).toMatchObject({
        kind: 'error',
        error: { message: expect.stringContaining('only init may') as unknown },
      });
      expect(await call).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    }
    const other = await made.runtime.start(Probe);
    expect(await other.call.ping()).toBe('pong');
  });

  test('before a throw: the throw is the reason (GS-047)', async () => {
    const made = newRuntime();
    const server = await startLastWord(made, () => undefined);
    const exited = made.runtime.exited(server);
    server.cast.run(({ self }) => (self.stop(), raise(boom)));
    expect(await exited).toEqual(failed);
  });

  test('in init lets the start succeed, and ends the server after it', async () => {
    const { runtime, clock } = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    class Brief extends Probe {
      override init(): void {
        this.lastWords = lastWords;
        this.self.stop();
      }
    }
    const brief = await runtime.start(Brief);
    await clock.advance(0);
    expect([brief.isAlive, lastWords.reasons]).toEqual([false, [ExitReason.normal]]);
  });

  test('between messages, from code that a handler left behind, ends the server at once', async () => {
    const { runtime, clock } = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    const probe = await runtime.start(Probe, { args: [{ lastWords }] });
    const stopLater = await probe.call.run(
      ({ self }) =>
        () =>
          self.stop(ExitReason.shutdown),
    );
    (stopLater as () => void)();
    expect(probe.isAlive).toBe(true);
    await clock.advance(0);
    expect([probe.isAlive, lastWords.reasons]).toEqual([false, [ExitReason.shutdown]]);
  });

  test.each([undefined, 'normal', {}, { kind: 'whatever' }])(
    'refuses the reason %p, unless it is left out',
    async (reason) => {
      const { runtime } = newRuntime();
      const probe = await runtime.start(Probe);
      const error = probe.call.run(({ self }) => {
        try {
          return self.stop(reason as ExitReason);
        } catch (caught) {
          return (caught as { readonly code: string }).code;
        }
      });
      expect(await error).toBe(reason === undefined ? undefined : 'ERR_GENSERVER_INVALID_OPTION');
    },
  );
});
