import { describe, expect, test } from '@jest/globals';
import { ExitReason, GenServer, ignore, refuse, send, stop } from '../../src/index.js';
import { gate, type LastWords, Probe, raise } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('a cast', () => {
  test('returns at once, and is handled in order with what its sender sends otherwise (GS-037)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const order: string[] = [];
    expect(probe.cast.run(() => void order.push('cast'))).toBeUndefined();
    probe.send('info');
    const call = probe.call.run(({ seen }) => order.push(`call after ${seen.length} info`));
    probe.cast.run(() => void order.push('last'));
    expect(order).toEqual([]);
    await call;
    await probe.call.ping();
    expect(order).toEqual(['cast', 'call after 1 info', 'last']);
  });

  test('to nobody is no error, and counted as a dead letter (GS-038)', async () => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe);
    await runtime.stop(probe);
    probe.cast.ping();
    runtime.ref(Probe, 'nobody').cast.ping();
    expect(runtime.stats().dropped.dead_letter).toBe(2);
    expect(events).toContainEqual(expect.objectContaining({ drop: 'dead_letter', process: 'nobody', message: 'ping' }));
  });

  test('that waits when its receiver ends is counted as a dead letter; so is a plain message', async () => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'n' });
    probe.cast.run(() => raise('boom'));
    probe.cast.run(() => undefined);
    probe.send({ plain: true });
    await runtime.exited(probe);
    expect(runtime.stats().dropped.dead_letter).toBe(2);
    expect(events).toContainEqual(
      expect.objectContaining({ drop: 'dead_letter', message: 'send', detail: { plain: true } }),
    );
  });

  test('that is refused changes nothing, and the refusal is counted as lost', async () => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe);
    const no = new Error('no');
    probe.cast.run(() => refuse(no));
    expect(await probe.call.ping()).toBe('pong');
    expect(runtime.stats().dropped.lost_refusal).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ drop: 'lost_refusal', message: 'run', detail: no }));
  });

  test('of a method that the server does not have ends the server (GS-041)', async () => {
    const { runtime } = newRuntime();
    class Wide extends Probe {
      extra(): void {}
    }
    await runtime.start(Probe, { name: 'n' });
    const exited = runtime.exited('n');
    runtime.ref(Wide, 'n').cast.extra();
    expect(await exited).toMatchObject({ error: { code: 'ERR_GENSERVER_UNKNOWN_MESSAGE' } });
  });

  test.each([[[]], [[1]], [[1, 2, 3]], [[undefined]], [[[1, 2]]]])(
    'and a call pass their arguments on as they are: %j',
    async (args) => {
      const { runtime } = newRuntime();
      class Echo extends GenServer {
        last: readonly unknown[] = [];
        echo(...given: readonly unknown[]): readonly unknown[] {
          return (this.last = given);
        }
        previous(): readonly unknown[] {
          return this.last;
        }
      }
      const echo = await runtime.start(Echo);
      expect(await echo.call.echo(...args)).toEqual(args);
      echo.cast.echo(...args);
      expect(await echo.call.previous()).toEqual(args);
    },
  );
});

describe.each(['call', 'cast'] as const)('a %s', (kind) => {
  test.each([
    ['ignore()', () => ignore()],
    ['stop(reason)', () => stop(ExitReason.normal)],
    ['an async stop(reason)', async () => stop(ExitReason.normal)],
  ])('that returns %s, which only init may, ends the server with terminate (GS-050)', async (_, work) => {
    const { runtime } = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    const probe = await runtime.start(Probe, { args: [{ lastWords }] });
    const exited = runtime.exited(probe);
    void Promise.resolve(probe[kind].run(work)).catch(() => undefined);
    const reason = await exited;
    expect(reason).toMatchObject({
      kind: 'error',
      error: { message: expect.stringContaining('only init may') as unknown },
    });
    expect(lastWords.reasons).toEqual([reason]);
  });
});

describe('a plain message', () => {
  test('goes to handleInfo, whether sent by a ref, by send() or by a timer (GS-039)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    await probe.call.run(({ self }) => void self.sendAfter(5, 'timer'));
    expect(probe.send('ref')).toBe(true);
    send(probe, 'function');
    probe.send(undefined);
    await clock.advance(5);
    expect(await probe.call.received()).toEqual(['ref', 'function', undefined, 'timer']);
  });

  test('to a dead process or an unknown name is no error: dropped, counted, and the sender can know (PROC-023, PROC-024)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    await runtime.stop(probe);
    send(probe, 'x');
    expect([probe.send('x'), runtime.ref(Probe, 'nobody').send('x')]).toEqual([false, false]);
    expect(runtime.stats().dropped.dead_letter).toBe(3);
  });

  test('is dropped and counted when the class has no handleInfo; the server lives (GS-040)', async () => {
    const { runtime, events } = newRuntime();
    class Deaf extends GenServer {
      ping(): string {
        return 'pong';
      }
    }
    const deaf = await runtime.start(Deaf, { name: 'deaf' });
    deaf.send('hello?');
    expect(await deaf.call.ping()).toBe('pong');
    expect(runtime.stats().dropped.unhandled_info).toBe(1);
    expect(events).toContainEqual(
      expect.objectContaining({ drop: 'unhandled_info', process: 'deaf', detail: 'hello?' }),
    );
  });

  test('that crashes handleInfo ends the server with that very error (GS-043, GS-047)', async () => {
    const { runtime } = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    class Fragile extends Probe {
      override handleInfo(): void {
        (undefined as unknown as { missing(): void }).missing();
      }
    }
    const fragile = await runtime.start(Fragile, { args: [{ lastWords }] });
    const exited = runtime.exited(fragile);
    fragile.send('x');
    const reason = await exited;
    expect(reason).toMatchObject({ kind: 'error', error: expect.any(TypeError) as unknown });
    expect(lastWords.reasons).toEqual([reason]);
  });

  test('may have an asynchronous handler, which holds the mailbox (GS-092)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    class Slow extends Probe {
      override async handleInfo(message: unknown): Promise<void> {
        await opened;
        this.seen.push(message);
      }
    }
    const slow = await runtime.start(Slow);
    slow.send('first');
    const received = slow.call.received();
    await clock.advance(0);
    open();
    expect(await received).toEqual(['first']);
  });
});
