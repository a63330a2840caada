import { expect, test } from '@jest/globals';
import type { RegistryRef } from '../../src/index.js';
import { gate, type Gate, raise, rejection } from '../gen-server/probe.js';
import { type Registrant, tryTo, useRegistrants } from './registrants.js';

const start = useRegistrants();

/** Processes that want one lock, and what they do when they have it: say so, and wait until let go. */
class Queue {
  readonly said: string[] = [];
  readonly gates = new Map<string, Gate>();

  constructor(private readonly book: RegistryRef) {}

  ask(who: Registrant, name: string, key: unknown = 'k'): Promise<unknown> {
    const gateOf = gate();
    this.gates.set(name, gateOf);
    const work = async (): Promise<string> => {
      this.said.push(name);
      await gateOf.opened;
      this.said.push(`${name} done`);
      return name;
    };
    const asked = who.ref.with({ timeoutMs: Infinity }).call.run(({ self }) => this.book.lock(self, key, work));
    return asked.catch((error: unknown) => error);
  }
}

async function queue(count: number) {
  const made = await start<unknown>('unique');
  const all = [];
  for (let index = 0; index < count; index++) all.push(await made.registrant());
  return { ...made, all: all as [Registrant, Registrant, Registrant], locks: new Queue(made.book) };
}

test('the same key: one after the other, in the order of asking; each gets what its function gave (REG-042)', async () => {
  const { clock, all, locks } = await queue(3);
  const asked = all.map((who, index) => locks.ask(who, `p${index}`));
  for (const name of ['p0', 'p1', 'p2']) {
    await clock.advance(0);
    expect(locks.said.at(-1)).toBe(name);
    locks.gates.get(name)?.open();
  }
  expect(await Promise.all(asked)).toEqual(['p0', 'p1', 'p2']);
  expect(locks.said).toEqual(['p0', 'p0 done', 'p1', 'p1 done', 'p2', 'p2 done']);
});

test('different keys do not wait for each other; a registered key is no lock (REG-042)', async () => {
  const { clock, book, all, locks } = await queue(3);
  await all[2].as((self) => book.register(self, 'x'));
  const asked = [locks.ask(all[0], 'a', 'x'), locks.ask(all[1], 'b', 'y')];
  await clock.advance(0);
  expect([locks.said, book.lookup('x').length]).toEqual([['a', 'b'], 1]);
  for (const { open } of locks.gates.values()) open();
  await Promise.all(asked);
  expect([book.count(), book.keys(all[0].pid)]).toEqual([1, []]);
});

test('a free lock runs the function at once, and who is no process may ask, too (REG-042)', async () => {
  const { runtime, book } = await start('unique');
  const said: string[] = [];
  const first = book.lock(runtime, 'k', () => said.push('first'));
  const second = book.lock(runtime, 'k', () => said.push('second'));
  said.push('here');
  expect([await first, await second, said]).toEqual([1, 3, ['first', 'here', 'second']]);
});

test('a function that throws lets the next one in; the error is its caller’s (REG-043)', async () => {
  const { runtime, book } = await start('unique');
  const error = new Error('no');
  const failed = [book.lock(runtime, 'k', () => raise(error)), book.lock(runtime, 'k', () => Promise.reject(error))];
  const after = book.lock(runtime, 'k', () => 'after');
  expect([...(await Promise.all(failed.map(rejection))), await after]).toEqual([error, error, 'after']);
});

test('a holder that is killed lets the next one in at once; dead waiters are skipped (REG-043)', async () => {
  const { clock, all, locks } = await queue(3);
  const [a, b, c] = all;
  const asked = [locks.ask(a, 'a'), locks.ask(b, 'b'), locks.ask(c, 'c')];
  await clock.advance(0);
  b.kill();
  a.kill();
  await clock.advance(0);
  expect(locks.said).toEqual(['a', 'c']);
  for (const { open } of locks.gates.values()) open();
  const ended = expect.objectContaining({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
  expect(await Promise.all(asked)).toEqual([ended, ended, 'c']);
  await clock.advance(0);
  expect(locks.said).toEqual(['a', 'c', 'a done', 'c done']); // what a killed one had begun goes on: JavaScript cannot stop it
});

test('one that is killed between getting its turn and using it never runs (REG-043)', async () => {
  const { clock, all, locks } = await queue(3);
  const [a, b, c] = all;
  const asked = [locks.ask(a, 'a'), locks.ask(b, 'b'), locks.ask(c, 'c')];
  await clock.advance(0);
  a.kill(); // now it is b's turn
  b.kill();
  await clock.advance(0);
  expect(locks.said).toEqual(['a', 'c']);
  for (const { open } of locks.gates.values()) open();
  await Promise.all(asked);
  expect(locks.said).not.toContain('b');
});

test('what a killed holder ends later takes the lock from nobody (REG-043)', async () => {
  const { clock, all, locks } = await queue(3);
  const [a, b, c] = all;
  const asked = [locks.ask(a, 'a')];
  await clock.advance(0);
  a.kill();
  asked.push(locks.ask(b, 'b'));
  await clock.advance(0);
  locks.gates.get('a')?.open();
  await clock.advance(0);
  asked.push(locks.ask(c, 'c'));
  await clock.advance(0);
  expect(locks.said).toEqual(['a', 'b', 'a done']); // c waits for b
  for (const { open } of locks.gates.values()) open();
  await Promise.all(asked);
  expect(locks.said.slice(3)).toEqual(['b done', 'c', 'c done']);
});

test('when the registry ends, nobody waits for ever (REG-043)', async () => {
  const { runtime, book } = await start('unique');
  const first = gate();
  const held = book.lock(runtime, 'k', () => first.opened);
  const waiting = [1, 2].map(() => rejection(book.lock(runtime, 'k', () => 'never')));
  runtime.kill('book');
  const abandoned = { code: 'ERR_GENSERVER_LOCK_ABANDONED', registry: 'book', key: 'k', ended: 'book' };
  expect(await Promise.all(waiting)).toEqual([expect.objectContaining(abandoned), expect.objectContaining(abandoned)]);
  first.open();
  await held;
  expect(await rejection(book.lock(runtime, 'k', () => 1))).toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
});

test('a lock leaves nothing behind, and is asked for in time that does not grow with the queue', async () => {
  const { runtime, book } = await start('unique');
  let inside = 0;
  const work = async (): Promise<number> => {
    inside++;
    await Promise.resolve();
    return inside--;
  };
  const results = await Promise.all(Array.from({ length: 20_000 }, () => book.lock(runtime, 'k', work)));
  expect(new Set(results)).toEqual(new Set([1]));
});

test('wrong arguments are refused', async () => {
  const { runtime, book, registrant } = await start<unknown>('unique');
  const a = await registrant();
  expect(await rejection(book.lock(runtime, undefined, () => 1))).toMatchObject({ option: 'key' });
  expect(await rejection(book.lock(runtime, 'k', 7 as never))).toMatchObject({ option: 'work' });
  expect(await rejection(book.lock(undefined as never, 'k', () => 1))).toMatchObject({ option: 'where' });
  const late = await a.as((self) => self);
  a.kill();
  expect(await rejection(book.lock(late, 'k', () => 1))).toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
  expect(tryTo(() => book.register(late, 'k'))).toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
});
