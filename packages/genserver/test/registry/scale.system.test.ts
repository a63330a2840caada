import { describe, expect, test } from '@jest/globals';
import { registry, type RegistryRef, type Self, type ServerRef } from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const MANY = 100_000;
const FEW = 2_000;

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

/** At a size at which costs that grow with the square would take minutes; the steps of the table itself are counted in table.test.ts. */
describe('a registry with 100,000 entries', () => {
  test('lets 2,000 processes leave one key one by one, alive or killed (REG-013, REG-016)', async () => {
    const { runtime, book, members } = await start(FEW);
    const join = (self: Self): void => {
      for (let value = 0; value < MANY / FEW; value++) book.register(self, 'k', value);
    };
    await Promise.all(members.map((one) => run(one, join)));
    expect(book.lookup('k')).toHaveLength(MANY);
    const half = FEW / 2;
    const newestFirst = members.slice(half).toReversed();
    await Promise.all(newestFirst.map((one) => run(one, (self) => book.unregister(self, 'k'))));
    expect(book.count()).toBe(MANY / 2);
    for (const one of members.slice(0, half)) runtime.kill(one);
    expect([book.count(), book.keys()]).toEqual([0, []]);
  });

  test('keeps those of one process, under one key or under as many keys, and forgets them with it (REG-010, REG-016)', async () => {
    const { runtime, book, members } = await start(2);
    const [one, other] = members as [ServerRef<Probe>, ServerRef<Probe>];
    await run(other, (self) => book.register(self, 'k', 0));
    await run(one, (self) => {
      for (let value = 1; value <= MANY; value++) book.register(self, 'k', value);
    });
    await run(one, (self) => book.unregister(self, 'k'));
    expect(book.lookup('k')).toHaveLength(1);
    await run(one, (self) => {
      for (let key = 0; key < MANY; key++) book.register(self, key, key);
      for (let key = 0; key < MANY; key += 2) book.unregister(self, key);
    });
    expect(book.count()).toBe(MANY / 2 + 1);
    runtime.kill(one);
    expect([book.keys(), book.count()]).toEqual([['k'], 1]);
  });

  test('gives one process 10,000 locks at the same time, and takes them back, alive or killed (REG-042, REG-043)', async () => {
    const { runtime, book, members } = await start(2);
    const [one, other] = members as [ServerRef<Probe>, ServerRef<Probe>];
    const keys = Array.from({ length: FEW }, (_, key) => key);
    let inside = 0;
    await other.call.run(async ({ self }) => {
      await Promise.all(keys.map((key) => book.lock(self, key, async () => void inside++)));
    });
    const never = new Promise<void>(() => {});
    await run(one, (self) => {
      for (const key of keys) book.lock(self, key, () => never).catch(() => {});
    });
    runtime.kill(one);
    await Promise.all(keys.map((key) => book.lock(runtime, key, () => void inside++)));
    expect(inside).toBe(2 * keys.length);
  });

  test('allocates nothing to find who holds a key', async () => {
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
