import { deepStrictEqual, rejects } from 'node:assert/strict';
import fc from 'fast-check';
import {
  ExitReason,
  type Pid,
  Registered,
  registry,
  type RegistryKeys,
  type RegistryRef,
  Runtime,
  type Self,
  type ServerRef,
  Unregistered,
  via,
} from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { Probe } from '../gen-server/probe.js';

const SIZE = 4;
const KEYS: readonly unknown[] = ['k', 1, '1', NaN];
const who = fc.nat(SIZE - 1);
const key = fc.constantFrom(...KEYS);
const value = fc.nat(3);

/** What may happen to a registry, and to who is registered there. */
export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('register'), who, key, value }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('unregister', 'unregisterMatch', 'update'), who, key, value }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('kill', 'exit', 'stop', 'rename'), who, key, value }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), who, key, value }) },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Row {
  readonly who: number;
  readonly key: unknown;
  readonly value: number;
}

/** The rules in their plainest form: one list, searched from end to end each time. */
class Model {
  rows: readonly Row[] = [];
  readonly news: string[] = [];

  constructor(private readonly keys: RegistryKeys) {}

  register({ who: by, key: of, value: given }: Step): boolean {
    const isTaken = this.keys === 'unique' && this.under(of).length > 0;
    if (isTaken) return false;
    this.rows = [...this.rows, { who: by, key: of, value: given }];
    this.news.push(`+ ${by} ${String(of)} ${given}`);
    return true;
  }

  unregister({ who: by, key: of }: Step, doesGo: (row: Row) => boolean): void {
    const isOwn = (row: Row): boolean => row.who === by && Object.is(row.key, of);
    this.rows = this.rows.filter((row) => !isOwn(row) || !doesGo(row));
    if (!this.rows.some(isOwn)) this.news.push(`- ${by} ${String(of)}`);
  }

  update({ who: by, key: of, value: added }: Step): boolean {
    const holds = this.under(of).some((row) => row.who === by);
    if (!holds) return false;
    this.rows = this.rows.map((row) => (Object.is(row.key, of) ? { ...row, value: row.value + added } : row));
    return true;
  }

  end(by: number): void {
    this.rows = this.rows.filter((row) => row.who !== by);
  }

  under(of: unknown): readonly Row[] {
    return this.rows.filter((row) => Object.is(row.key, of));
  }
}

/** The same in both: what is done to the one is done to the other, then all that can be read is compared. */
export class Run {
  readonly runtime = new Runtime({ clock: new ManualClock() });
  readonly book: RegistryRef<unknown, number> = this.runtime.registry('book');
  readonly model: Model;
  readonly #members: ServerRef<Probe>[] = [];
  /** All that ever were: their pid, and their place. */
  readonly #places = new Map<number, number>();

  constructor(private readonly keys: RegistryKeys) {
    this.model = new Model(keys);
  }

  async begin(): Promise<void> {
    await this.runtime.start(Probe, { name: 'listener' });
    await this.#startRegistry();
    for (let place = 0; place < SIZE; place++) await this.#fill(place);
  }

  async apply(given: Step): Promise<void> {
    const member = this.#members[given.who] as ServerRef<Probe>;
    if (given.kind === 'restart') return this.#restart();
    if (given.kind === 'rename') return this.#rename(given, member);
    if (given.kind === 'kill') this.runtime.kill(member);
    else if (given.kind === 'exit') this.runtime.exit(member, ExitReason.shutdown);
    else if (given.kind === 'stop') await this.runtime.stop(member);
    else return void (await member.call.run(({ self }) => this.#write(given, self)));
    this.model.end(given.who);
    this.compare(); // at once, before anything else has run
    await this.#fill(given.who);
  }

  compare(): void {
    const { book, model } = this;
    deepStrictEqual(book.count(), model.rows.length);
    deepStrictEqual(new Set(book.keys()), new Set(model.rows.map((row) => row.key)));
    for (const of of KEYS) this.#compareKey(of);
    for (const [place, member] of this.#members.entries()) {
      if (!member.isAlive) continue;
      const own = model.rows.filter((row) => row.who === place);
      deepStrictEqual(sorted(book.keys(member)), sorted(own.map((row) => row.key)));
      deepStrictEqual(
        book.countSelect(({ pid }) => pid === member.pid),
        own.length,
      );
    }
  }

  async end(): Promise<void> {
    const heard = await this.runtime.ref(Probe, 'listener').call.received();
    deepStrictEqual(
      heard.map((news) => this.#describe(news as Registered | Unregistered)),
      this.model.news,
    );
    await this.runtime.shutdown();
    deepStrictEqual(this.runtime.stats().processes, 0);
  }

  #write(given: Step, self: Self): void {
    const { book, model } = this;
    if (given.kind === 'register') {
      deepStrictEqual(book.register(self, given.key, given.value).kind === 'registered', model.register(given));
    } else if (given.kind === 'unregister') {
      book.unregister(self, given.key);
      model.unregister(given, () => true);
    } else if (given.kind === 'unregisterMatch') {
      book.unregisterMatch(self, given.key, (one) => one >= given.value);
      model.unregister(given, (row) => row.value >= given.value);
    } else if (this.keys === 'unique') {
      deepStrictEqual(
        book.updateValue(self, given.key, (old) => old + given.value).kind === 'updated',
        model.update(given),
      );
    }
  }

  #compareKey(of: unknown): void {
    const rows = this.model.under(of);
    const expected = rows.map((row) => ({ pid: this.#members[row.who]?.pid, value: row.value }));
    deepStrictEqual(this.book.lookup(of), expected);
    deepStrictEqual(
      this.book.match(of, (one) => one > 1),
      expected.filter((entry) => entry.value > 1),
    );
    const dispatched = this.book.dispatch(of, (entries) => entries.map(({ pid, value: one }) => ({ pid, value: one })));
    deepStrictEqual(dispatched ?? [], expected);
    const place = rows[0]?.who ?? 0;
    const own = rows.filter((row) => row.who === place).map((row) => row.value);
    deepStrictEqual(this.book.values(of, this.#members[place] as ServerRef<Probe>), own);
    if (this.keys === 'unique') deepStrictEqual(this.book.whereis(of), expected[0]?.pid);
  }

  /** The place is taken by one that has the key as its name, if it is free. */
  async #rename(given: Step, old: ServerRef<Probe>): Promise<void> {
    if (this.keys === 'duplicate') return;
    this.runtime.kill(old);
    this.model.end(given.who);
    const isFree = this.model.register(given);
    const name = via('book', given.key, given.value);
    // By pid, as it may give its name back and live on.
    if (isFree) this.#place(given.who, byPid(this.runtime, await this.runtime.start(Probe, { name })));
    else {
      await rejects(this.runtime.start(Probe, { name }), { code: 'ERR_GENSERVER_ALREADY_STARTED' });
      await this.#fill(given.who);
    }
  }

  /** All go that have an entry, and nobody else does: so it shows who is linked. */
  async #restart(): Promise<void> {
    const registered = new Set(this.model.rows.map((row) => row.who));
    this.runtime.kill('book');
    for (const [place, member] of this.#members.entries()) deepStrictEqual(member.isAlive, !registered.has(place));
    this.model.rows = [];
    await this.#startRegistry();
    for (const place of registered) await this.#fill(place);
  }

  async #startRegistry(): Promise<void> {
    await this.runtime.start(registry({ name: 'book', keys: this.keys, listeners: ['listener'] }));
  }

  async #fill(place: number): Promise<void> {
    this.#place(place, await this.runtime.start(Probe));
  }

  #place(place: number, ref: ServerRef<Probe>): void {
    this.#members[place] = ref;
    this.#places.set(ref.pid as number, place);
  }

  #describe(news: Registered | Unregistered): string {
    const place = this.#places.get(news.pid);
    return news instanceof Registered
      ? `+ ${place} ${String(news.key)} ${String(news.value)}`
      : `- ${place} ${String(news.key)}`;
  }
}

function byPid(runtime: Runtime, { pid }: ServerRef<Probe>): ServerRef<Probe> {
  return runtime.ref(Probe, pid as Pid);
}

function sorted(keys: readonly unknown[]): readonly string[] {
  return keys.map((one) => `${typeof one} ${String(one)}`).toSorted();
}
