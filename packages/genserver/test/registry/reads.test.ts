import { describe, expect, test } from '@jest/globals';
import { registry } from '../../src/index.js';
import { Probe, raise } from '../gen-server/probe.js';
import { tryTo, useRegistrants } from './registrants.js';

const start = useRegistrants();

interface Player {
  readonly name: string;
  readonly level: number;
}

/** Ada and Bo under `chess`, Cy under `go`. */
async function players() {
  const { registrant, ...made } = await start<string, Player>('duplicate');
  const [ada, bo, cy] = [await registrant(), await registrant(), await registrant()];
  await ada.as((self) => made.book.register(self, 'chess', { name: 'ada', level: 1 }));
  await bo.as((self) => made.book.register(self, 'chess', { name: 'bo', level: 2 }));
  await cy.as((self) => made.book.register(self, 'go', { name: 'cy', level: 2 }));
  return { ...made, ada, bo, cy };
}

describe('match and countMatch', () => {
  test('give the entries of one key whose value fits (REG-028)', async () => {
    const { book, ada, bo } = await players();
    expect(book.match('chess', ({ level }) => level > 1)).toEqual([{ pid: bo.pid, value: { name: 'bo', level: 2 } }]);
    expect(book.match('chess', (_, pid) => pid === ada.pid)).toEqual([
      { pid: ada.pid, value: { name: 'ada', level: 1 } },
    ]);
    expect(book.match('nothing', () => true)).toEqual([]);
    expect([book.countMatch('chess', () => true), book.countMatch('chess', ({ level }) => level === 2)]).toEqual([
      2, 1,
    ]);
  });

  test.each([['_'], ['$1'], ['*'], ['.*']])('the key is never a pattern: %p (REG-028, REG-030)', async (key) => {
    const { book, cy } = await players();
    expect([book.countMatch(key, () => true), book.lookup(key)]).toEqual([0, []]);
    await cy.as((self) => book.register(self, key, { name: 'cy', level: 3 }));
    expect([book.countMatch(key, () => true), book.count()]).toEqual([1, 4]);
    await cy.as((self) => book.unregister(self, key));
    expect(book.count()).toBe(3);
  });

  test('an object as a key is itself, not whatever looks like it (REG-030)', async () => {
    const { book, registrant } = await start<object, number>('duplicate');
    const a = await registrant();
    const key = { id: 1 };
    await a.as((self) => [book.register(self, key, 1), book.register(self, { id: 1, more: true }, 2)]);
    expect([book.lookup(key).length, book.lookup({ id: 1 }).length]).toEqual([1, 0]);
  });
});

describe('select and countSelect', () => {
  test('give the entries of all keys that fit, or what a function makes of them (REG-029)', async () => {
    const { book, bo, cy } = await players();
    expect(book.select(({ value }) => value.level === 2)).toEqual([
      { key: 'chess', pid: bo.pid, value: { name: 'bo', level: 2 } },
      { key: 'go', pid: cy.pid, value: { name: 'cy', level: 2 } },
    ]);
    expect(
      book.select(
        ({ key }) => key === 'chess',
        ({ value }) => value.name,
      ),
    ).toEqual(['ada', 'bo']);
    expect(
      book.select(
        () => true,
        ({ pid }) => pid,
      ),
    ).toHaveLength(3);
    expect([book.countSelect(() => true), book.countSelect(({ pid }) => pid === cy.pid)]).toEqual([3, 1]);
  });

  test('what is no function is refused (REG-025, REG-029)', async () => {
    const { book, ada } = await players();
    const wrong = [{ level: 2 }] as never;
    expect(tryTo(() => book.select(wrong))).toMatchObject({ option: 'fits' });
    expect(tryTo(() => book.select(() => true, wrong))).toMatchObject({ option: 'make' });
    expect(tryTo(() => book.match('chess', wrong))).toMatchObject({ option: 'fits' });
    expect(tryTo(() => book.dispatch('chess', wrong))).toMatchObject({ option: 'work' });
    const refused = await ada.as((self) => [
      tryTo(() => book.unregisterMatch(self, 'chess', wrong)),
      tryTo(() => book.updateValue(self, 'chess', wrong)),
    ]);
    expect(refused).toEqual(['fits', 'change'].map((option) => expect.objectContaining({ option })));
  });
});

describe('dispatch', () => {
  test('calls the function once, here and now, with all entries, and gives what it gave; not when there is none (REG-022)', async () => {
    const { book, ada, bo } = await players();
    const calls: unknown[] = [];
    const count = book.dispatch('chess', (receivers) => {
      calls.push(receivers.map(({ pid, value }) => [pid, value.name]));
      return receivers.length;
    });
    expect([count, calls]).toEqual([
      2,
      [
        [
          [ada.pid, 'ada'],
          [bo.pid, 'bo'],
        ],
      ],
    ]);
    expect([book.dispatch('nothing', () => raise(new Error('was called')))]).toEqual([undefined]);
  });

  test('works with unique keys as well (REG-022)', async () => {
    const { book, registrant } = await start('unique');
    const a = await registrant();
    await a.as((self) => book.register(self, 'k', 1));
    expect(book.dispatch('k', ([only]) => only?.pid)).toBe(a.pid);
  });

  test('what the function throws is the caller’s, and the registry lives on (REG-023)', async () => {
    const { book } = await players();
    const error = new Error('no');
    expect(tryTo(() => book.dispatch('chess', () => raise(error)))).toBe(error);
    await expect(book.dispatch('chess', async () => Promise.reject(error))).rejects.toBe(error);
    expect([book.isAlive, book.count()]).toEqual([true, 3]);
  });

  test('a broadcast reaches each once for each registration; one that dies meanwhile does no harm (REG-046)', async () => {
    const { runtime, book, ada, bo } = await players();
    await ada.as((self) => book.register(self, 'chess', { name: 'ada again', level: 1 }));
    const { pid } = bo;
    const sent = book.dispatch('chess', (receivers) => {
      bo.kill();
      return receivers.map((receiver) => receiver.send('move'));
    });
    expect([sent, await ada.received()]).toEqual([
      [true, false, true],
      ['move', 'move'],
    ]);
    expect([book.lookup('chess').length, runtime.stats().dropped.dead_letter]).toEqual([2, 1]);
    expect(book.select((entry) => entry.pid === pid)).toEqual([]);
  });
});

describe('a receiver with a full mailbox', () => {
  test('misses a broadcast: send says so, and it is counted once, as an overflow (REG-046)', async () => {
    const { runtime, book } = await start('duplicate');
    const full = await runtime.start(Probe, { mailbox: { limit: 1, overflow: 'reject' } });
    await full.call.run(({ self }) => book.register(self, 'k'));
    const sent = book.dispatch('k', ([only]) => [only?.send(1), only?.send(2)]);
    expect([
      sent,
      await full
        .with({ timeoutMs: Infinity })
        .call.received()
        .catch(() => 'full'),
    ]).toEqual([[true, false], 'full']);
    expect(runtime.stats().dropped).toMatchObject({ overflow: 2, dead_letter: 0 });
  });
});

describe('metadata', () => {
  test('is read, put and deleted; that of the options is there from the start (REG-041)', async () => {
    const symbol = Symbol('s');
    const { book } = await start('unique', { meta: { a: 1, [symbol]: 2 } });
    expect([book.meta('a'), book.meta(symbol), book.meta('b'), book.meta('toString')]).toEqual([
      1,
      2,
      undefined,
      undefined,
    ]);
    book.putMeta('a', 3);
    book.putMeta('b', 4);
    book.deleteMeta(symbol);
    book.deleteMeta('never there');
    expect([book.meta('a'), book.meta('b'), book.meta(symbol)]).toEqual([3, 4, undefined]);
  });

  test('of the options comes back with a restart, what was put does not (REG-041)', async () => {
    const { runtime, clock } = await start('unique');
    const spec = registry({ name: 'other', keys: 'unique', meta: { a: 1 } });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [spec] });
    const other = runtime.registry('other');
    other.putMeta('a', 2);
    other.putMeta('b', 2);
    runtime.kill('other');
    await clock.advance(0);
    expect([other.meta('a'), other.meta('b')]).toEqual([1, undefined]);
  });
});
