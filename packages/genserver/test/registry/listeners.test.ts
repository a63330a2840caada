import { expect, test } from '@jest/globals';
import { Registered, Unregistered, via } from '../../src/index.js';
import { settle } from '../../src/testing.js';
import { gate, Probe } from '../gen-server/probe.js';
import { Room } from './rooms.js';
import { useRegistrants } from './registrants.js';

const startWith = useRegistrants();

async function start(keys: 'unique' | 'duplicate') {
  const made = await startWith<string, number>(keys, { listeners: ['audit', 'spare'] });
  const audit = await made.runtime.start(Probe, { name: 'audit' });
  await made.runtime.start(Probe, { name: 'spare' });
  return { ...made, heard: () => audit.call.received() };
}

test('listeners hear of each registration and each unregistration, in order (REG-037)', async () => {
  const { runtime, book, registrant, heard } = await start('unique');
  const a = await registrant();
  await a.as((self) => {
    book.register(self, 'x', 1);
    book.register(self, 'y', 2);
    book.unregister(self, 'x');
  });
  const news = [
    new Registered('book', 'x', a.pid, 1),
    new Registered('book', 'y', a.pid, 2),
    new Unregistered('book', 'x', a.pid),
  ];
  expect(await heard()).toEqual(news);
  expect(await runtime.ref(Probe, 'spare').call.received()).toEqual(news);
});

test('listeners hear of names as well (REG-037)', async () => {
  const { runtime, heard } = await start('unique');
  const room = await runtime.start(Room, { name: via('book', 'hall', 1) });
  expect(await heard()).toEqual([new Registered('book', 'hall', room.pid ?? (0 as never), 1)]);
});

test('listeners do not hear of deaths: they monitor who matters to them (REG-038)', async () => {
  const { book, registrant, heard } = await start('duplicate');
  const a = await registrant();
  const { pid } = a;
  await a.as((self) => book.register(self, 'x', 1));
  a.kill();
  expect(await heard()).toEqual([new Registered('book', 'x', pid, 1)]);
});

test.each([
  ['unregister of a key one does not have', 'x', ['Unregistered']],
  ['unregisterMatch that leaves nothing', 'all', ['Registered', 'Registered', 'Unregistered']],
  ['unregisterMatch that leaves some', 'some', ['Registered', 'Registered']],
  ['unregisterMatch of a key one does not have', 'none', ['Unregistered']],
])('what exactly is told: %s (REG-039)', async (_, what, told) => {
  const { book, registrant, heard } = await start('duplicate');
  const a = await registrant();
  await a.as((self) => {
    if (what === 'x') return book.unregister(self, 'x');
    if (what !== 'none') for (const value of [1, 2]) book.register(self, 'k', value);
    return book.unregisterMatch(self, 'k', (value) => what !== 'some' || value === 1);
  });
  expect((await heard()).map((news) => (news as object).constructor.name)).toEqual(told);
});

test('a registration that failed is not told (REG-039)', async () => {
  const { runtime, book, registrant, heard } = await start('unique');
  const [a, b] = [await registrant(), await registrant()];
  await a.as((self) => book.register(self, 'k', 1));
  await b.as((self) => book.register(self, 'k', 2));
  await expect(runtime.start(Room, { name: via('book', 'k') })).rejects.toThrow('is held');
  expect(await heard()).toEqual([new Registered('book', 'k', a.pid, 1)]);
});

test('a listener that is not there does no harm: the news is counted as a dead letter (REG-040)', async () => {
  const { runtime, book, registrant } = await startWith<string, number>('unique', { listeners: ['nobody'] });
  const a = await registrant();
  expect(await a.as((self) => book.register(self, 'k', 1))).toEqual({ kind: 'registered' });
  expect([book.count(), runtime.stats().dropped.dead_letter]).toEqual([1, 1]);
});

test('a listener with a full mailbox misses the news, which is counted (PROC-043, REG-040)', async () => {
  const { runtime, book, registrant } = await startWith<number, number>('unique', { listeners: ['slow'] });
  const slow = await runtime.start(Probe, { name: 'slow', mailbox: { limit: 2, overflow: 'reject' } });
  const busy = gate();
  const blocked = slow.call.run(() => busy.opened);
  const a = await registrant();
  await a.as((self) => {
    for (let key = 0; key < 5; key++) book.register(self, key, key);
    for (let key = 0; key < 5; key++) book.unregister(self, key);
  });
  busy.open();
  await blocked;
  await settle(runtime);
  expect(await slow.call.received()).toEqual([0, 1].map((key) => new Registered('book', key, a.pid, key)));
  expect(runtime.stats().dropped).toMatchObject({ overflow: 8, dead_letter: 0 });
});
