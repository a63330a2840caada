import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { child, GenServer } from '../../src/index.js';
import { gate, type Gate, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const sender = new AsyncLocalStorage<string>();

/** Writes down in whose context each of its handlers runs. */
class Witness extends GenServer {
  readonly seen: string[] = [];

  override init(): void {
    this.note('init');
  }
  note(what: string): void {
    this.seen.push(`${what}: ${sender.getStore()}`);
  }
  async noteLate(what: string, until?: Promise<void>): Promise<void> {
    this.note(`${what} before`);
    await until;
    await new Promise((resolve) => setImmediate(resolve));
    this.note(`${what} after`);
  }
  follow(what: string): void {
    this.self.continue(what);
    this.self.sendAfter(10, `${what} timer`);
  }
  rest(): void {
    this.self.idleTimeout(50);
  }
  abortable(started: Gate, until: Promise<void>): Promise<void> {
    this.self.request?.signal?.addEventListener('abort', () => this.note('abort'));
    started.open();
    return until;
  }
  override handleInfo(message: unknown): void {
    this.note(String(message));
  }
  override handleContinue(what: unknown): void {
    this.note(`${String(what)} continue`);
  }
  override handleTimeout(): void {
    this.note('timeout');
  }
  take(): readonly string[] {
    return this.seen.splice(0);
  }
}

describe('a handler runs in the context of its sender', () => {
  test('for the start, calls, casts and plain messages', async () => {
    const { runtime } = newRuntime();
    const witness = await sender.run('starter', () => runtime.start(Witness));
    const call = sender.run('ada', () => witness.call.note('call'));
    sender.run('bob', () => witness.cast.note('cast'));
    sender.run('eve', () => witness.send('info'));
    await call;
    expect(await witness.call.take()).toEqual(['init: starter', 'call: ada', 'cast: bob', 'info: eve']);
  });

  test('also after an await, whoever has sent meanwhile', async () => {
    const { runtime, clock } = newRuntime();
    const witness = await runtime.start(Witness);
    await witness.call.take();
    const { opened, open } = gate();
    const late = sender.run('ada', () => witness.call.noteLate('call', opened));
    sender.run('bob', () => witness.cast.noteLate('cast'));
    await clock.advance(0);
    sender.run('eve', () => open());
    await late;
    expect(await witness.call.take()).toEqual([
      'call before: ada',
      'call after: ada',
      'cast before: bob',
      'cast after: bob',
    ]);
  });

  test('for what it sends to itself: continue, sendAfter, idleTimeout; the one who moves the clock is no sender', async () => {
    const { runtime, clock } = newRuntime();
    const [witness, other] = [await runtime.start(Witness), await runtime.start(Witness)];
    await witness.call.take();
    sender.run('wakes the scheduler', () => other.cast.note('other'));
    sender.run('ada', () => witness.cast.follow('ada'));
    sender.run('bob', () => witness.cast.follow('bob'));
    await sender.run('moves the clock', () => clock.advance(10));
    sender.run('wakes the scheduler', () => other.cast.note('other'));
    sender.run('eve', () => witness.cast.rest());
    await sender.run('moves the clock', () => clock.advance(50));
    expect(await witness.call.take()).toEqual([
      'ada continue: ada',
      'bob continue: bob',
      'ada timer: ada',
      'bob timer: bob',
      'timeout: eve',
    ]);
  });

  test('for 1000 messages from different contexts, through two servers', async () => {
    const { runtime } = newRuntime();
    const [first, second] = [await runtime.start(Witness), await runtime.start(Witness)];
    await second.call.take();
    class Relay extends GenServer {
      async pass(what: string): Promise<void> {
        await Promise.resolve();
        second.cast.note(what);
      }
    }
    const relay = await runtime.start(Relay);
    const names = Array.from({ length: 1000 }, (_, index) => `sender ${index}`);
    for (const name of names) sender.run(name, () => relay.cast.pass('relayed'));
    await relay.call.pass('done');
    expect(await second.call.take()).toEqual([...names.map((name) => `relayed: ${name}`), 'done: undefined']);
    await first.call.take();
  });

  test('for the abort of its own request, whoever else waits as long', async () => {
    const { runtime, clock } = newRuntime();
    const [witness, other] = [await runtime.start(Witness), await runtime.start(Witness)];
    await witness.call.take();
    const { opened, open } = gate();
    const [one, two] = [gate(), gate()];
    const first = sender.run('first with this timeout', () => rejection(other.call.abortable(one, opened)));
    const second = sender.run('ada', () => rejection(witness.call.abortable(two, opened)));
    await Promise.all([one.opened, two.opened]);
    await clock.advance(5000);
    await Promise.all([first, second]);
    open();
    expect(await witness.call.take()).toEqual(['abort: ada']);
    expect(await other.call.take()).toEqual(['init: undefined', 'abort: first with this timeout']);
  });
});

test('a restart runs in no sender’s context, also when one has woken the scheduler', async () => {
  const { runtime, clock } = newRuntime();
  const seen: (string | undefined)[] = [];
  class Fragile extends GenServer {
    override init(): void {
      seen.push(sender.getStore());
    }
    fail(): void {
      raise('boom');
    }
  }
  await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Fragile, { name: 'fragile' })] });
  sender.run('a stranger', () => runtime.ref(Fragile, 'fragile').cast.fail());
  await clock.advance(0);
  expect(seen).toEqual([undefined, undefined]);
});

test('the caller goes on in its own context', async () => {
  const { runtime } = newRuntime();
  const witness = await sender.run('starter', () => runtime.start(Witness));
  const after = await Promise.all(
    ['ada', 'bob'].map((name) => sender.run(name, async () => (await witness.call.noteLate(name), sender.getStore()))),
  );
  expect(after).toEqual(['ada', 'bob']);
});
