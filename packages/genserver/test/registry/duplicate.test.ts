import { describe, expect, test } from '@jest/globals';
import { via } from '../../src/index.js';
import { Room } from './rooms.js';
import { tryTo, useRegistrants } from './registrants.js';

const start = useRegistrants();

describe('duplicate keys', () => {
  test('all entries are kept, in order, also equal ones of one process (REG-002, REG-008, REG-010, REG-011, REG-012)', async () => {
    const { book, registrant } = await start('duplicate');
    const [a, b] = [await registrant(), await registrant()];
    await a.as((self) => book.register(self, 'k', 1));
    await b.as((self) => book.register(self, 'k', 2));
    await a.as((self) => [book.register(self, 'k', 1), book.register(self, 'other', 3)]);
    const [ofA, ofB] = [
      { pid: a.pid, value: 1 },
      { pid: b.pid, value: 2 },
    ];
    expect(book.lookup('k')).toEqual([ofA, ofB, ofA]);
    expect([book.values('k', a.pid), book.keys(a.pid), book.keys(), book.count()]).toEqual([
      [1, 1],
      ['k', 'k', 'other'],
      ['k', 'other'],
      4,
    ]);
  });

  test("unregister takes back all of one's own entries under the key (REG-013)", async () => {
    const { book, registrant } = await start('duplicate');
    const [a, b] = [await registrant(), await registrant()];
    await a.as((self) => [1, 2].map((value) => book.register(self, 'k', value)));
    await b.as((self) => book.register(self, 'k', 3));
    await a.as((self) => book.register(self, 'other', 4));
    await a.as((self) => book.unregister(self, 'k'));
    expect([book.lookup('k'), book.keys(a.pid), book.count()]).toEqual([[{ pid: b.pid, value: 3 }], ['other'], 2]);
  });

  test('unregisterMatch takes back those whose value fits; keys() shrinks by as many (REG-015)', async () => {
    const { book, registrant } = await start<string, number>('duplicate');
    const [a, b] = [await registrant(), await registrant()];
    for (const one of [a, b]) await one.as((self) => [1, 2, 3].map((value) => book.register(self, 'k', value)));
    await a.as((self) => book.unregisterMatch(self, 'k', (value) => value > 9));
    expect(book.count()).toBe(6);
    await a.as((self) => book.unregisterMatch(self, 'k', (value) => value !== 2));
    expect([book.values('k', a.pid), book.values('k', b.pid), book.keys(a.pid)]).toEqual([[2], [1, 2, 3], ['k']]);
    await a.as((self) => book.unregisterMatch(self, 'k', () => true));
    expect([book.keys(a.pid), book.count()]).toEqual([[], 3]);
  });

  test('unregisterMatch works with unique keys, too (REG-015)', async () => {
    const { book, registrant } = await start<string, number>('unique');
    const a = await registrant();
    await a.as((self) => book.register(self, 'k', 1));
    await a.as((self) => book.unregisterMatch(self, 'k', (value) => value === 2));
    expect(book.count()).toBe(1);
    await a.as((self) => book.unregisterMatch(self, 'k', (value) => value === 1));
    expect(book.count()).toBe(0);
  });

  test('a predicate that changes the registry disturbs nothing (REG-015)', async () => {
    const { book, registrant } = await start<string, number>('duplicate');
    const a = await registrant();
    await a.as((self) => {
      for (const value of [1, 2, 3]) book.register(self, 'k', value);
      book.unregisterMatch(self, 'k', (value) => {
        if (value === 1) book.unregisterMatch(self, 'k', (other) => other === 2);
        if (value === 3) book.register(self, 'k', 4);
        return value < 3;
      });
    });
    expect([book.values('k', a.pid), book.lookup('k'), book.count()]).toEqual([
      [3, 4],
      [3, 4].map((value) => ({ pid: a.pid, value })),
      2,
    ]);
  });

  test('cannot be names, nor be updated: a key may belong to many (REG-021, REG-033)', async () => {
    const { runtime, book, registrant } = await start('duplicate');
    const a = await registrant();
    await a.as((self) => book.register(self, 'k', 1));
    const code = 'ERR_GENSERVER_DUPLICATE_KEYS';
    await expect(runtime.start(Room, { name: via('book', 'new') })).rejects.toMatchObject({ code, registry: 'book' });
    expect(tryTo(() => runtime.whereis(via('book', 'k')))).toMatchObject({ code });
    expect(tryTo(() => book.whereis('k'))).toMatchObject({ code });
    expect(await a.as((self) => tryTo(() => book.updateValue(self, 'k', () => 2)))).toMatchObject({ code });
    expect([book.count(), runtime.stats().processes]).toEqual([1, 2]);
  });

  test.each([
    ['its last entry goes first', (count: number) => count - 1],
    ['its first entry goes first', () => 0],
  ])('of three under one key, any may go in any order: %s (REG-013)', async (_, next) => {
    const { book, registrant } = await start('duplicate');
    const all = [await registrant(), await registrant(), await registrant()];
    for (const one of all) await one.as((self) => book.register(self, 'k'));
    while (all.length > 0) {
      const [gone] = all.splice(next(all.length), 1);
      await gone?.as((self) => book.unregister(self, 'k'));
      expect(book.lookup('k').map(({ pid }) => pid)).toEqual(all.map(({ pid }) => pid));
    }
    expect(book.keys()).toEqual([]);
  });
});
