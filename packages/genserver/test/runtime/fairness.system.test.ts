import { describe, expect, test } from '@jest/globals';
import { GenServer, Runtime, systemClock } from '../../src/index.js';

// On the machine's own clock and event loop: a starved timer is what these tests look for.
class Player extends GenServer {
  hits = 0;
  #hit: () => void = () => undefined;
  override init(hit: () => void): void {
    this.#hit = hit;
  }
  hit(): void {
    this.hits++;
    this.#hit();
  }
  async hitLater(): Promise<void> {
    await Promise.resolve();
    this.hit();
  }
  count(): number {
    return this.hits;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('servers that are never idle do not starve the event loop', () => {
  test.each([
    ['cast each other', 'hit'],
    ['cast each other from async handlers', 'hitLater'],
  ] as const)('two that %s for ever let immediates and timers run', async (_, hit) => {
    const runtime = new Runtime();
    await runtime.start(Player, { name: 'a', args: [() => runtime.ref(Player, 'b').cast[hit]()] });
    await runtime.start(Player, { name: 'b', args: [() => runtime.ref(Player, 'a').cast[hit]()] });
    runtime.ref(Player, 'a').cast.hit();
    const a = runtime.ref(Player, 'a').with({ timeoutMs: Infinity });
    // As long as it takes on a busy machine: a starved event loop would never come back here.
    for (let hits = 0; hits <= 10; hits = await a.call.count()) {
      await turn();
      await later(5);
    }
    for (const name of ['a', 'b']) runtime.kill(name);
    expect(runtime.stats().processes).toBe(0);
    await runtime.shutdown();
  });

  test('one that casts to itself for ever is ended by a kill from a timer', async () => {
    const runtime = new Runtime();
    const ref = await runtime.start(Player, { name: 'a', args: [() => runtime.ref(Player, 'a').cast.hit()] });
    ref.cast.hit();
    const exited = runtime.exited(ref);
    setTimeout(() => runtime.kill(ref), 5);
    expect(await exited).toEqual({ kind: 'killed' });
  });

  test('200,000 casts that wait let a timer run before the last of them', async () => {
    const runtime = new Runtime();
    const ref = await runtime.start(Player, { args: [() => undefined] });
    for (let index = 0; index < 200_000; index++) ref.cast.hit();
    const done = ref.with({ timeoutMs: Infinity }).call.count();
    const timer = later(1).then(() => (runtime.idle ? 'after the last' : 'before the last'));
    expect(await done).toBe(200_000);
    expect(await timer).toBe('before the last');
    await runtime.shutdown();
  });
});

describe('the system clock', () => {
  test('never goes back, and no timer fires early or on the stack of who sets it', async () => {
    const before = systemClock.now();
    const fired = await new Promise<number>((resolve) => {
      let isSet = false;
      systemClock.setTimer(3.5, () => resolve(isSet ? systemClock.now() : Number.NaN));
      isSet = true;
    });
    expect(fired - before).toBeGreaterThanOrEqual(3.5);
  });

  test('waits for more than 2^31 ms, and a cancelled timer never fires (TIM-013)', async () => {
    const fired: string[] = [];
    const long = systemClock.setTimer(2 ** 31 + 1000, () => fired.push('long'));
    const cancelled = systemClock.setTimer(1, () => fired.push('cancelled'));
    cancelled.cancel();
    await later(10);
    long.cancel();
    expect(fired).toEqual([]);
  });
});
