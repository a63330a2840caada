import { describe, expect, test } from '@jest/globals';
import { child, registry, via } from '../../src/index.js';
import { raise } from '../gen-server/probe.js';
import { Room } from './rooms.js';
import { tryTo, useRegistrants } from './registrants.js';

const start = useRegistrants();

describe('unique keys', () => {
  test('one entry for each key: others, and the holder itself, are told who has it; the value stays (REG-006)', async () => {
    const { book, registrant } = await start('unique');
    const [a, b] = [await registrant(), await registrant()];
    await a.as((self) => book.register(self, 'k', 'old'));
    const taken = { kind: 'already_registered', pid: a.pid };
    expect(await b.as((self) => book.register(self, 'k', 'new'))).toEqual(taken);
    expect(await a.as((self) => book.register(self, 'k', 'new'))).toEqual(taken);
    expect([book.lookup('k'), book.count()]).toEqual([[{ pid: a.pid, value: 'old' }], 1]);
  });

  test('a registration that failed leaves no link and no entry (REG-018)', async () => {
    const { runtime, book, registrant } = await start('unique');
    const [a, b] = [await registrant({ trapExit: true }), await registrant()];
    await a.as((self) => book.register(self, 'k'));
    await b.as((self) => book.register(self, 'k'));
    expect([book.keys(b.pid), book.count()]).toEqual([[], 1]);
    runtime.kill('book');
    expect(b.ref.isAlive).toBe(true);
  });

  test('the key of one that has just been killed is free at once (REG-007, REG-034)', async () => {
    const { book, registrant } = await start('unique');
    const [a, b] = [await registrant(), await registrant()];
    await a.as((self) => book.register(self, 'k'));
    const result = await b.as((self) => {
      a.kill();
      return [book.whereis('k'), book.register(self, 'k')];
    });
    expect([result, book.whereis('k')]).toEqual([[undefined, { kind: 'registered' }], b.pid]);
  });

  test('whoever is told of an end finds its entries gone: abort listeners, events, callers (REG-016)', async () => {
    const { runtime, clock, book, registrant } = await start('unique');
    const a = await registrant();
    const counts: number[] = [];
    const note = (): void => void counts.push(book.count());
    await a.as((self) => {
      book.register(self, 'k');
      self.signal.addEventListener('abort', note, { once: true });
    });
    const stop = runtime.subscribe(({ kind }) => kind === 'process_exited' && note());
    void a.ref.call.run(() => new Promise(() => undefined)).catch(note);
    await clock.advance(0);
    a.kill();
    await clock.advance(0);
    stop();
    expect(counts).toEqual([0, 0, 0]);
  });
});

describe('updateValue', () => {
  test("changes the value of one's own key, and gives both (REG-021)", async () => {
    const { book, registrant } = await start<string, number>('unique');
    const a = await registrant();
    await a.as((self) => book.register(self, 'k', 1));
    expect(await a.as((self) => book.updateValue(self, 'k', (n) => n + 1))).toEqual({
      kind: 'updated',
      value: 2,
      previous: 1,
    });
    expect([book.lookup('k'), book.values('k', a.pid)]).toEqual([[{ pid: a.pid, value: 2 }], [2]]);
  });

  test('of a key that is free, or held by another, does not even ask for the new value (REG-021)', async () => {
    const { book, registrant } = await start<string, number>('unique');
    const [a, b] = [await registrant(), await registrant()];
    await a.as((self) => book.register(self, 'k', 1));
    const never = (): number => raise(new Error('was called'));
    const results = await b.as((self) => ['k', 'free'].map((key) => book.updateValue(self, key, never)));
    expect(results).toEqual([{ kind: 'not_held' }, { kind: 'not_held' }]);
    expect(book.values('k', a.pid)).toEqual([1]);
  });

  test('that throws leaves the value as it was; the error is the caller’s', async () => {
    const { book, registrant } = await start<string, number>('unique');
    const a = await registrant();
    await a.as((self) => book.register(self, 'k', 1));
    const error = new Error('no');
    expect(await a.as((self) => tryTo(() => book.updateValue(self, 'k', () => raise(error))))).toBe(error);
    expect(book.values('k', a.pid)).toEqual([1]);
  });

  test('that takes the key back meanwhile has updated nothing', async () => {
    const { book, registrant } = await start<string, number>('unique');
    const a = await registrant();
    const result = await a.as((self) => {
      book.register(self, 'k', 1);
      return book.updateValue(self, 'k', (n) => {
        book.unregister(self, 'k');
        return n + 1;
      });
    });
    expect([result, book.count()]).toEqual([{ kind: 'not_held' }, 0]);
  });
});

describe('names with a value', () => {
  test('the value given with the name is found by lookup; without one it is undefined; both are the same name (REG-032)', async () => {
    const { runtime, book } = await start('unique');
    const a = await runtime.start(Room, { name: via('book', 'a', { topic: 'chess' }) });
    const b = await runtime.start(Room, { name: via(book, 'b') });
    expect(book.lookup('a')).toEqual([{ pid: a.pid, value: { topic: 'chess' } }]);
    expect(book.lookup('b')).toEqual([{ pid: b.pid, value: undefined }]);
    expect([runtime.whereis(via('book', 'a')), runtime.whereis(via('book', 'a', 7))]).toEqual([a.pid, a.pid]);
    await expect(runtime.start(Room, { name: via('book', 'a', 7) })).rejects.toMatchObject({ pid: a.pid });
    expect(await runtime.ref(Room, via(book, 'a')).call.ping()).toBe('pong');
  });

  test('a named process is registered before its init, and may change or give back what it has (REG-031, REG-035)', async () => {
    const { runtime, book } = await start<string, string>('unique');
    class Early extends Room {
      override init(): void {
        book.updateValue(this.self, 'a', (value) => `${value}, started`);
      }
      leave(): void {
        book.unregister(this.self, 'a');
      }
    }
    const early = await runtime.start(Early, { name: via(book, 'a', 'named') });
    const { pid } = early;
    expect(book.lookup('a')).toEqual([{ pid, value: 'named, started' }]);
    await early.call.leave();
    expect([book.count(), early.isAlive, runtime.stats().processes]).toEqual([0, false, 2]);
    runtime.kill(pid ?? (0 as never));
  });

  test('a key that a process has registered is its name for others (REG-031)', async () => {
    const { runtime, book, registrant } = await start('unique');
    const a = await registrant();
    await a.as((self) => book.register(self, 'k'));
    expect(runtime.whereis(via('book', 'k'))).toBe(a.pid);
    await runtime.stop(via('book', 'k'));
    expect([a.ref.isAlive, book.count()]).toEqual([false, 0]);
  });

  test('a restarted child is registered with its value again (REG-032)', async () => {
    const { runtime, clock, book } = await start<string, string>('unique');
    const room = child(Room, { name: via(book, 'a', 'chess') });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [room] });
    const before = book.whereis('a');
    runtime.kill(via(book, 'a'));
    await clock.advance(0);
    expect(book.values('a', book.whereis('a') ?? (0 as never))).toEqual(['chess']);
    expect(book.whereis('a')).not.toBe(before);
  });
});

describe('registry()', () => {
  test('is a child specification with the name as id (REG-003)', () => {
    expect(registry({ name: 'games', keys: 'unique' })).toMatchObject({
      id: 'games',
      type: 'worker',
      restart: 'permanent',
    });
    const given = { name: 'games', keys: 'unique', id: 'names', restart: 'temporary', shutdownMs: 10 } as const;
    expect(registry(given)).toMatchObject({ id: 'names', restart: 'temporary', shutdownMs: 10 });
  });

  test('takes what any child takes, and keeps it out of its own options (REG-001)', () => {
    const mailbox = { limit: 10, overflow: 'reject' } as const;
    const asChild = { restart: 'transient', significant: true, backoff: { initialMs: 10 } } as const;
    const spec = registry({
      name: 'games',
      keys: 'duplicate',
      listeners: ['news'],
      meta: { a: 1 },
      mailbox,
      ...asChild,
    });
    expect(spec).toMatchObject(asChild);
    expect(spec.start).toMatchObject({ mailbox, args: [{ keys: 'duplicate', listeners: ['news'], meta: { a: 1 } }] });
    expect(spec.start.args?.[0]).not.toHaveProperty('mailbox');
  });

  test.each([
    ['no options', undefined, 'name'],
    ['no name', { keys: 'unique' }, 'name'],
    ['an empty name', { name: '', keys: 'unique' }, 'name'],
    ['no keys', { name: 'games' }, 'keys'],
    ['other keys', { name: 'games', keys: 'bag' }, 'keys'],
    ['listeners that are no list', { name: 'games', keys: 'unique', listeners: 'audit' }, 'listeners'],
    ['a listener that is no name', { name: 'games', keys: 'unique', listeners: [7] }, 'listeners'],
    ['a listener without a name', { name: 'games', keys: 'unique', listeners: [''] }, 'listeners'],
    ['metadata that is no object', { name: 'games', keys: 'unique', meta: 7 }, 'meta'],
    ['metadata that is null', { name: 'games', keys: 'unique', meta: null }, 'meta'],
    ['metadata in a list', { name: 'games', keys: 'unique', meta: [] }, 'meta'],
  ])('refuses %s at once (REG-001)', (_, options, option) => {
    expect(tryTo(() => registry(options as never))).toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option });
  });

  test('two in one tree need two names; each knows its own keys', async () => {
    const { runtime, book, registrant } = await start('unique');
    const other = await runtime.start(registry<string>({ name: Symbol('other'), keys: 'unique' }));
    const a = await registrant();
    await a.as((self) => [book.register(self, 'k'), other.register(self, 'k'), book.unregister(self, 'k')]);
    expect([book.count(), other.count()]).toEqual([0, 1]);
    a.kill();
    expect(other.count()).toBe(0);
  });
});
