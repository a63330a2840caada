import { describe, expect, test } from '@jest/globals';
import { type RegistryOptions, type RegistryRef, Runtime, type Where } from '../../src/index.js';
import { tryTo, useRegistrants } from './registrants.js';

const start = useRegistrants();
const KINDS: readonly (readonly [RegistryOptions['keys']])[] = [['unique'], ['duplicate']];

describe.each(KINDS)('in a registry with %s keys', (keys) => {
  test('register stores the process with a value; lookup, values and keys find it (REG-005, REG-011, REG-012, REG-026, REG-045)', async () => {
    const { book, registrant } = await start(keys);
    const [a, b] = [await registrant(), await registrant()];
    expect(await a.as((self) => book.register(self, 'k', { n: 1 }))).toEqual({ kind: 'registered' });
    expect(book.lookup('k')).toEqual([{ pid: a.pid, value: { n: 1 } }]);
    expect([book.values('k', a.pid), book.values('k', b.pid), book.values('x', a.pid)]).toEqual([[{ n: 1 }], [], []]);
    expect([book.keys(a.ref), book.keys(b.ref), book.keys()]).toEqual([['k'], [], ['k']]);
    expect(book.lookup('x')).toEqual([]);
  });

  test('one process may have many keys (REG-010, REG-027)', async () => {
    const { book, registrant } = await start(keys);
    expect(book.count()).toBe(0);
    const a = await registrant();
    await a.as((self) => ['x', 'y', 'z'].map((key) => book.register(self, key)));
    expect([book.keys(a.pid), book.count()]).toEqual([['x', 'y', 'z'], 3]);
    await a.as((self) => book.unregister(self, 'y'));
    expect([book.keys(a.pid), book.keys(), book.count()]).toEqual([['x', 'z'], ['x', 'z'], 2]);
  });

  test("unregister takes back one's own entries and nobody else's; without an entry it does nothing (REG-013, REG-014)", async () => {
    const { book, registrant } = await start(keys);
    const [a, b] = [await registrant(), await registrant()];
    await a.as((self) => book.register(self, 'k', 1));
    await b.as((self) => book.unregister(self, 'k'));
    await b.as((self) => book.unregister(self, 'never seen'));
    expect(book.lookup('k')).toEqual([{ pid: a.pid, value: 1 }]);
    await a.as((self) => book.unregister(self, 'k'));
    expect([book.lookup('k'), book.keys(), book.count()]).toEqual([[], [], 0]);
    await b.as((self) => book.register(self, 'k', 2));
    expect(book.lookup('k')).toEqual([{ pid: b.pid, value: 2 }]);
  });

  test('all entries of a process go when it ends, and only its own (REG-007, REG-016, REG-026)', async () => {
    const { book, registrant } = await start(keys);
    const [a, b] = [await registrant(), await registrant()];
    const { pid } = a;
    await a.as((self) => ['x', 'y'].map((key) => book.register(self, key)));
    await b.as((self) => book.register(self, 'z'));
    a.kill();
    expect([book.lookup('x'), book.lookup('y'), book.keys(pid), book.values('x', pid)]).toEqual([[], [], [], []]);
    expect([book.keys(), book.count()]).toEqual([['z'], 1]);
    await b.as((self) => book.register(self, 'x'));
    expect(book.lookup('x')).toHaveLength(1);
  });

  test('a process is linked with the registry as long as it has an entry (REG-017, REG-019)', async () => {
    const { runtime, book, registrant } = await start(keys);
    const [stays, left, never] = [await registrant(), await registrant(), await registrant()];
    for (const one of [stays, left])
      await one.as((self) => ['x', 'y'].map((key) => book.register(self, `${key}${one.pid}`)));
    await left.as((self) => ['x', 'y'].map((key) => book.unregister(self, `${key}${left.pid}`)));
    await stays.as((self) => book.unregister(self, `x${stays.pid}`));
    runtime.kill('book');
    expect([stays, left, never].map(({ ref }) => ref.isAlive)).toEqual([false, true, true]);
  });

  test('a link that was there before stays when the last entry goes', async () => {
    const { runtime, book, registrant } = await start(keys);
    const a = await registrant();
    await a.as((self) => {
      self.link('book');
      book.register(self, 'k');
      book.unregister(self, 'k');
    });
    runtime.kill('book');
    expect(a.ref.isAlive).toBe(false);
  });

  test('what an ended process left running cannot register (REG-016)', async () => {
    const { clock, book, registrant } = await start(keys);
    const a = await registrant();
    const errors: unknown[] = [];
    a.ref.cast.run(async ({ self }) => {
      await Promise.resolve();
      a.kill();
      errors.push(tryTo(() => book.register(self, 'k')));
      book.unregister(self, 'k');
    });
    await clock.advance(0);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_GENSERVER_NO_PROCESS' })]);
    expect(book.count()).toBe(0);
  });

  test('reads are direct, synchronous and copies, from anywhere (REG-044)', async () => {
    const { book, registrant } = await start(keys);
    const a = await registrant();
    const before = book.lookup('k');
    await a.as((self) => {
      book.register(self, 'k', 1);
      expect(book.count()).toBe(1); // at once, within the same handler
    });
    expect([before, book.lookup('k')]).toEqual([[], [{ pid: a.pid, value: 1 }]]);
  });

  test.each([
    ['lookup', (book: RegistryRef<string>) => book.lookup('k')],
    ['match', (book: RegistryRef<string>) => book.match('k', () => true)],
    ['select', (book: RegistryRef<string>) => book.select(() => true)],
    ['count', (book: RegistryRef<string>) => book.count()],
    ['keys', (book: RegistryRef<string>) => book.keys()],
    ['values', (book: RegistryRef<string>) => book.values('k', 'book')],
    ['dispatch', (book: RegistryRef<string>) => book.dispatch('k', () => 1)],
    ['meta', (book: RegistryRef<string>) => book.meta('m')],
    ['putMeta', (book: RegistryRef<string>) => book.putMeta('m', 1)],
    ['deleteMeta', (book: RegistryRef<string>) => book.deleteMeta('m')],
  ])('%s of a registry that does not run is an error that says so (REG-004)', async (_, read) => {
    const { runtime } = await start(keys);
    expect(tryTo(() => read(runtime.registry<string>('bok')))).toMatchObject({
      code: 'ERR_GENSERVER_NO_PROCESS',
      server: 'bok',
    });
  });

  test('nor can anything be written there (REG-004)', async () => {
    const { runtime, registrant } = await start(keys);
    const [a, gone] = [await registrant(), runtime.registry<string, number>('bok')];
    const errors = await a.as((self) => [
      tryTo(() => gone.register(self, 'k', 1)),
      tryTo(() => gone.unregister(self, 'k')),
      tryTo(() => gone.unregisterMatch(self, 'k', () => true)),
      tryTo(() => gone.updateValue(self, 'k', (n) => n)),
    ]);
    expect(errors).toEqual(
      Array.from({ length: 4 }, () => expect.objectContaining({ code: 'ERR_GENSERVER_NO_PROCESS' })),
    );
  });

  test.each([
    ['a runtime', (runtime: Runtime) => runtime],
    ['nothing', () => undefined as unknown as Where],
    ['another runtime', () => new Runtime()],
  ])('only a process registers, not %s: that is said (REG-035, REG-045)', async (_, where) => {
    const { runtime, book } = await start(keys);
    const refused = { option: 'self', code: 'ERR_GENSERVER_INVALID_OPTION' };
    expect(tryTo(() => book.register(where(runtime), 'k'))).toMatchObject(refused);
    expect(tryTo(() => book.unregister(where(runtime), 'k'))).toMatchObject(refused);
    expect(book.count()).toBe(0);
  });

  test('the self of a server in another runtime is refused (REG-045)', async () => {
    const { registrant } = await start(keys);
    const other = await start(keys);
    const a = await registrant();
    const error = await a.as((self) => tryTo(() => other.book.register(self, 'k')));
    expect(error).toMatchObject({ option: 'self' });
  });

  test.each([[undefined], [null]])('%p is no key', async (key) => {
    const { book, registrant } = await start<unknown>(keys);
    const a = await registrant();
    expect(await a.as((self) => tryTo(() => book.register(self, key)))).toMatchObject({ option: 'key' });
    expect(book.count()).toBe(0);
  });

  test('values() and keys() of nobody are empty, but not of a wrong address (REG-026)', async () => {
    const { book } = await start(keys);
    expect([book.keys('nobody'), book.values('k', 'nobody')]).toEqual([[], []]);
    expect(() => book.keys(undefined as unknown as string)).toThrow('`name`');
  });

  test('one that outlives the registry can register in the next one (REG-019)', async () => {
    const { runtime, clock, book, restart, registrant } = await start(keys);
    const a = await registrant({ trapExit: true });
    await a.as((self) => book.register(self, 'k', 1));
    runtime.kill('book');
    await clock.advance(0);
    await restart();
    expect(book.count()).toBe(0);
    await a.as((self) => book.register(self, 'k', 2));
    expect(book.lookup('k')).toEqual([{ pid: a.pid, value: 2 }]);
    a.kill();
    expect(book.count()).toBe(0);
  });
});
