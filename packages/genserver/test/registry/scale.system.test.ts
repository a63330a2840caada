import { describe, expect, test } from '@jest/globals';
import { registry, type RegistryRef, type Self, type ServerRef } from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const MANY = 100_000;
const FEW = 10_000;

/** A registry with duplicate keys, and processes. */
async function start(processes: number) {
  const made = newRuntime();
  const { runtime } = made;
  const book = await runtime.start(registry<unknown, number>({ name: 'book', keys: 'duplicate' }));
  const members = await Promise.all(Array.from({ length: processes }, () => runtime.start(Probe)));
  return { ...made, book, members };
}

function run(member: ServerRef<Probe>, work: (self: Self) => void): Promise<unknown> {
  return member.call.run(({ self }) => work(self));
}

/** Milliseconds for each of `count` times, measured when nothing else of this test runs. */
async function cost(count: number, work: () => void | Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / count;
}

describe('the cost does not depend on how many entries there are', () => {
  test('100,000 entries of 10,000 processes under one key, which leave one by one (REG-013, REG-016)', async () => {
    const { runtime, book, members } = await start(FEW);
    const join = (self: Self): void => {
      for (let value = 0; value < MANY / FEW; value++) book.register(self, 'k', value);
    };
    await Promise.all(members.map((one) => run(one, join)));
    expect(book.lookup('k')).toHaveLength(MANY);
    const half = FEW / 2;
    const newestFirst = members.slice(half).toReversed();
    const left = await cost(half, async () => {
      await Promise.all(newestFirst.map((one) => run(one, (self) => book.unregister(self, 'k'))));
    });
    expect(book.count()).toBe(MANY / 2);
    const killed = await cost(half, () => {
      for (const one of members.slice(0, half)) runtime.kill(one);
    });
    expect([book.count(), book.keys()]).toEqual([0, []]);
    expect(left).toBeLessThan(0.15); // a search through all costs more than a millisecond
    expect(killed).toBeLessThan(0.15);
  });

  test('100,000 entries of one process: under one key, or under as many keys (REG-010, REG-016)', async () => {
    const { runtime, book, members } = await start(2);
    const [one, other] = members as [ServerRef<Probe>, ServerRef<Probe>];
    await run(other, (self) => book.register(self, 'k', 0));
    const same = await cost(MANY, async () => {
      await run(one, (self) => {
        for (let value = 1; value <= MANY; value++) book.register(self, 'k', value);
      });
    });
    const removed = await cost(MANY, async () => void (await run(one, (self) => book.unregister(self, 'k'))));
    expect(book.lookup('k')).toHaveLength(1);
    const different = await cost(MANY, async () => {
      await run(one, (self) => {
        for (let key = 0; key < MANY; key++) book.register(self, key, key);
        for (let key = 0; key < MANY; key += 2) book.unregister(self, key);
      });
    });
    expect(book.count()).toBe(MANY / 2 + 1);
    runtime.kill(one);
    expect([book.keys(), book.count()]).toEqual([['k'], 1]);
    for (const each of [same, removed, different]) expect(each).toBeLessThan(0.1);
  });

  test('a look-up by name allocates nothing and costs the same among many', async () => {
    const { runtime, members } = await start(1);
    const names = await runtime.start(registry<number>({ name: 'names', keys: 'unique' }));
    await run(members[0] as ServerRef<Probe>, (self) => {
      for (let key = 0; key < FEW; key++) names.register(self, key);
    });
    lookUp(names, 20_000); // until it is compiled
    const before = process.memoryUsage().heapUsed;
    lookUp(names, 100_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_500_000); // an object for each would be 4 MB or more
  });
});

function lookUp(names: RegistryRef<number>, times: number): void {
  for (let index = 0; index < times; index++) names.whereis(index % FEW);
}
