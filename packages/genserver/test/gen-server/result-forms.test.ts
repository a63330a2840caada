import { describe, expect, test } from '@jest/globals';
import { CallTimeoutError, GenServer, NoProcessError } from '../../src/index.js';
import { gate, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

/** Asks for an idle timeout with a message of its own. */
class Idler extends GenServer {
  readonly seen: unknown[] = [];

  wait(delayMs: number, message: unknown, until?: Promise<void>): Promise<void> | void {
    this.self.idleTimeout(delayMs, message);
    return until;
  }
  note(what: string): void {
    this.seen.push(what);
  }
  list(): readonly unknown[] {
    return this.seen;
  }
  override handleInfo(message: unknown): void {
    this.seen.push(message);
  }
}

describe('an idle timeout with a message of its own', () => {
  test('comes to handleInfo after the time, once (GS-071)', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler);
    await idler.call.wait(50, { tick: 1 });
    await clock.advance(200);
    expect(await idler.call.list()).toEqual([{ tick: 1 }]);
  });

  test('is cancelled by any message that comes first (GS-071)', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler);
    await idler.call.wait(50, 'tick');
    await clock.advance(49);
    await idler.call.note('first');
    await clock.advance(200);
    expect(await idler.call.list()).toEqual(['first']);
  });

  test('after 0 ms comes at once, before what is waiting (GS-071)', async () => {
    const { runtime, clock } = newRuntime();
    const idler = await runtime.start(Idler);
    const { opened, open } = gate();
    idler.cast.wait(0, 'tick', opened);
    idler.cast.note('waiting');
    await clock.advance(0);
    open();
    expect(await idler.call.list()).toEqual(['tick', 'waiting']);
  });

  test('without a handleInfo is counted as unhandled, like any other message (GS-040, GS-071)', async () => {
    const { runtime, clock } = newRuntime();
    class Deaf extends GenServer {
      wait(): void {
        this.self.idleTimeout(5, 'tick');
      }
    }
    const deaf = await runtime.start(Deaf);
    await deaf.call.wait();
    await clock.advance(5);
    expect([deaf.isAlive, runtime.stats().dropped.unhandled_info]).toEqual([true, 1]);
  });
});

test('hibernation is accepted and changes nothing (PROC-041, GS-072)', async () => {
  const { runtime } = newRuntime();
  class Sleeper extends GenServer {
    override init(): void {
      this.self.hibernate();
    }
    doze(): string {
      this.self.hibernate();
      return 'awake';
    }
  }
  const sleeper = await runtime.start(Sleeper);
  expect([await sleeper.call.doze(), await sleeper.call.doze()]).toEqual(['awake', 'awake']);
});

describe('requests without waiting are promises', () => {
  class Desk extends GenServer {
    work<T>(until: Promise<T>): Promise<T> {
      return until;
    }
  }

  test('a call can be sent now and awaited later; who is gone is a rejection then, not an exit (GS-086)', async () => {
    const { runtime } = newRuntime();
    const desk = await runtime.start(Desk);
    const answer = gate<string>();
    const request = desk.call.work(answer.opened);
    answer.open('later');
    expect(await request).toBe('later');
    runtime.kill(desk);
    expect(await rejection(desk.call.work(answer.opened))).toBeInstanceOf(NoProcessError);
  });

  test('after its time limit a request is abandoned: its reply is dropped (GS-086)', async () => {
    const { runtime, clock } = newRuntime();
    const desk = await runtime.start(Desk);
    const answer = gate<string>();
    const request = rejection(desk.with({ timeoutMs: 10 }).call.work(answer.opened));
    await clock.advance(10);
    expect(await request).toBeInstanceOf(CallTimeoutError);
    answer.open('late');
    await clock.advance(0);
    expect(runtime.stats().dropped.late_reply).toBe(1);
  });

  test('a collection of requests is a list of promises: they come in order of arrival, each with its label (GS-087)', async () => {
    const { runtime, clock } = newRuntime();
    const [slow, fast] = [await runtime.start(Desk), await runtime.start(Desk)];
    const [late, early] = [gate<number>(), gate<number>()];
    const arrived: string[] = [];
    const requests = [
      slow.call.work(late.opened).then((value) => arrived.push(`slow ${String(value)}`)),
      fast.call.work(early.opened).then((value) => arrived.push(`fast ${String(value)}`)),
    ];
    early.open(1);
    await clock.advance(0);
    late.open(2);
    await Promise.all(requests);
    expect(arrived).toEqual(['fast 1', 'slow 2']);
  });
});

test('a reply is the object itself: a server that must not share its state returns a copy (GS-093)', async () => {
  const { runtime } = newRuntime();
  class Cart extends GenServer<{ readonly items: string[] }> {
    override init(): { readonly items: string[] } {
      return { items: [] };
    }
    shared(): string[] {
      return this.state.items;
    }
    copied(): string[] {
      return structuredClone(this.state.items);
    }
  }
  const cart = await runtime.start(Cart);
  (await cart.call.copied()).push('lost');
  expect(await cart.call.shared()).toEqual([]);
  (await cart.call.shared()).push('seen');
  expect(await cart.call.copied()).toEqual(['seen']);
});
