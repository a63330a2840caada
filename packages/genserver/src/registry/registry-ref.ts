import { checkFunction } from '../checks.js';
import { InvalidOptionError, NoProcessError } from '../errors.js';
import { inside, type Where } from '../gen-server/inside.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { type Address, locate, named, nameOf, type ProcessRef } from '../runtime/address.js';
import type { Name } from '../runtime/names.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import type { Book } from './book.js';
import { type RegistryEntry, type RegistryRecord, Receiver, toEntry, toRecord } from './entries.js';
import { bookOf, findBook } from './find-registry.js';
import { checkKey, formatKey } from './key.js';

/** A value may be left out where undefined is one. */
export type OptionalValue<Value> = undefined extends Value ? [value?: Value] : [value: Value];

/** What `register` says: done, or a process (it may be the same) has this key of a unique registry (REG-005, REG-006). */
export type RegisterResult =
  { readonly kind: 'registered' } | { readonly kind: 'already_registered'; readonly pid: Pid };

/** What `updateValue` says: the values after and before, or that the process does not hold the key (REG-021). */
export type UpdateResult<Value> =
  { readonly kind: 'updated'; readonly value: Value; readonly previous: Value } | { readonly kind: 'not_held' };

/**
 * A registry, for who reads it and for who registers. Nothing goes through its mailbox: a read sees each change at once, a
 * write is done when it returns (REG-044). What is read is a copy, oldest first. Writing is for oneself: `self` is
 * `this.self` of the server that registers (REG-045). While the registry is not running, all but `whereis` throws a
 * NoProcessError (REG-004).
 *
 * `Key` and `Value` are what you register, also by `via`; nothing checks that at run time. A key is compared as in a Map: an
 * object by identity (REG-009).
 */
export class RegistryRef<Key = unknown, Value = unknown> implements ProcessRef {
  readonly #kernel: Kernel;
  readonly #address: Address;

  /** Made by the runtime. */
  constructor(kernel: Kernel, address: Address) {
    this.#kernel = kernel;
    this.#address = address;
  }

  /** Whether the registry is running. */
  get isAlive(): boolean {
    return findBook(this.#kernel, this.#address) !== undefined;
  }

  /**
   * Who holds the key; undefined when nobody does, or when the registry itself is not running. Costs one look into a Map.
   * Throws a DuplicateKeysError for duplicate keys (REG-033, REG-034).
   */
  whereis(key: Key): Pid | undefined {
    return this.#found()?.holder(key)?.pid;
  }

  /** Who is registered under a key, with their values; none, one or, with duplicate keys, several (REG-011). */
  lookup(key: Key): readonly RegistryEntry<Value>[] {
    return this.#book('lookup').registrations.table.of(key, toEntry);
  }

  /** Those of `lookup` for whose value `fits` is true. The key is never a pattern (REG-028, REG-030). */
  match(key: Key, fits: (value: Value, pid: Pid) => boolean): readonly RegistryEntry<Value>[] {
    checkFunction('fits', fits, 'a function of a value');
    return this.lookup(key).filter(({ value, pid }) => fits(value, pid));
  }

  /** How many `match` would give. */
  countMatch(key: Key, fits: (value: Value, pid: Pid) => boolean): number {
    return this.match(key, fits).length;
  }

  /** All entries that fit, key by key; a second function makes of each what is wanted (REG-029). */
  select(fits: (entry: RegistryRecord<Key, Value>) => boolean): readonly RegistryRecord<Key, Value>[];
  select<T>(
    fits: (entry: RegistryRecord<Key, Value>) => boolean,
    make: (entry: RegistryRecord<Key, Value>) => T,
  ): readonly T[];
  select(
    fits: (entry: RegistryRecord<Key, Value>) => boolean,
    make: (entry: RegistryRecord<Key, Value>) => unknown = (entry) => entry,
  ): readonly unknown[] {
    checkFunction('fits', fits, 'a function of an entry');
    checkFunction('make', make, 'a function of an entry');
    return this.#book('select')
      .registrations.table.all(toRecord<Key, Value>)
      .filter(fits)
      .map(make);
  }

  /** How many `select` would give. */
  countSelect(fits: (entry: RegistryRecord<Key, Value>) => boolean): number {
    return this.select(fits).length;
  }

  /** How many entries there are; of duplicate keys each counts (REG-027). */
  count(): number {
    return this.#book('count').registrations.table.size;
  }

  /** All keys, each once, in the order in which they came. */
  keys(): readonly Key[];
  /** The keys of one process, one for each of its entries; none if nobody is there (REG-010, REG-026). */
  keys(of: Address): readonly Key[];
  keys(...of: readonly Address[]): readonly Key[] {
    const { registrations } = this.#book('keys');
    if (of.length === 0) return registrations.table.keys();
    const process = this.#kernel.find(of[0] as Address);
    return process === undefined ? [] : registrations.by(process).map(({ key }) => key);
  }

  /** The values that one process has under a key, oldest first (REG-012). */
  values(key: Key, of: Address): readonly Value[] {
    const { registrations } = this.#book('values');
    const process = this.#kernel.find(of);
    return process === undefined ? [] : registrations.under(process, key).map(({ value }) => value);
  }

  /**
   * Calls `work`, here and now, with all who are registered under a key, and returns what it returned; not called when there
   * is none. What it throws is the caller's; the registry is not touched by it (REG-022, REG-023, REG-046).
   */
  dispatch<T>(key: Key, work: (receivers: readonly Receiver<Value>[]) => T): T | undefined {
    checkFunction('work', work, 'a function of the entries');
    const kernel = this.#kernel;
    const receivers = this.#book('dispatch').registrations.table.of(key, (entry) => new Receiver(kernel, entry));
    return receivers.length === 0 ? undefined : work(receivers);
  }

  /**
   * Registers this process under a key, until it unregisters or ends. It is then linked with the registry (REG-005, REG-017).
   * Throws a NoProcessError in what an ended process left running.
   */
  register(self: Where, key: Key, ...[value]: OptionalValue<Value>): RegisterResult {
    const process = this.#owner(self);
    if (process.status === 'ended') throw new NoProcessError(process.label, `register ${formatKey(key)}`);
    // Left out only where undefined is a value.
    const held = this.#book(`register ${formatKey(key)}`).register(process, key, value as Value);
    return 'pid' in held ? { kind: 'already_registered', pid: held.pid } : { kind: 'registered' };
  }

  /** Takes back all that this process has under a key, which may be nothing (REG-013, REG-014). */
  unregister(self: Where, key: Key): void {
    this.#book('unregister').unregister(this.#owner(self), key, () => true);
  }

  /** Takes back what this process has under a key with a value that fits (REG-015). */
  unregisterMatch(self: Where, key: Key, fits: (value: Value) => boolean): void {
    checkFunction('fits', fits, 'a function of a value');
    this.#book('unregisterMatch').unregister(this.#owner(self), key, fits);
  }

  /**
   * Gives the key, if this process holds it, another value: what `change` makes of the old one. If it throws, the value
   * stays. Throws a DuplicateKeysError for duplicate keys (REG-021).
   */
  updateValue(self: Where, key: Key, change: (value: Value) => Value): UpdateResult<Value> {
    checkFunction('change', change, 'a function of the value');
    const book = this.#book('updateValue');
    book.checkUnique('update a value');
    const process = this.#owner(self);
    const [entry] = book.registrations.under(process, key);
    if (entry === undefined) return { kind: 'not_held' };
    const previous = entry.value;
    const value = change(previous);
    if (book.registrations.under(process, key)[0] !== entry) return { kind: 'not_held' }; // `change` has taken it back
    entry.value = value;
    return { kind: 'updated', value, previous };
  }

  /**
   * Runs `work` while nobody else who asks for this lock does, in the order of asking; gives or throws what it does (REG-042).
   * Locks are apart from what is registered. A lock is free again when the promise that `work` returned has settled, or when
   * the process of `where` has ended; what it had begun cannot be stopped (REG-043). The wait has no limit, but ends with a
   * LockAbandonedError when `where` or the registry ends. Not to be asked for within itself: that waits for ever.
   */
  async lock<T>(where: Where, key: unknown, work: () => T | Promise<T>): Promise<T> {
    checkKey(key);
    checkFunction('work', work, 'a function');
    const process = this.#processOf(where, 'where', 'a runtime or this.self of one of its servers');
    if (process?.status === 'ended') throw new NoProcessError(process.label, `lock ${formatKey(key)}`);
    return this.#book(`lock ${formatKey(key)}`).locks.run(key, process, work);
  }

  /** Metadata of the registry itself, from its options or from `putMeta`; undefined if there is none (REG-041). */
  meta(key: string | symbol): unknown {
    return this.#book('meta').meta.get(key);
  }

  /** Lasts until the registry ends. */
  putMeta(key: string | symbol, value: unknown): void {
    this.#book('putMeta').meta.set(key, value);
  }

  /** Harmless if there is none. */
  deleteMeta(key: string | symbol): void {
    this.#book('deleteMeta').meta.delete(key);
  }

  toString(): string {
    return formatName(this.#address);
  }

  get [named](): Name | undefined {
    return nameOf(this.#address);
  }

  [locate](): Process | undefined {
    return this.#kernel.find(this.#address);
  }

  #found(): Book<Key, Value> | undefined {
    // What the keys and values are, only the user knows, and has said with the type of this ref.
    return findBook(this.#kernel, this.#address) as unknown as Book<Key, Value> | undefined;
  }

  #book(request: string): Book<Key, Value> {
    return bookOf(this.#kernel, this.#address, request) as unknown as Book<Key, Value>;
  }

  #owner(self: Where): Process {
    const expected = 'this.self of a server of this runtime: an entry belongs to a process, and goes with it';
    const process = this.#processOf(self, 'self', expected);
    if (process === undefined) throw new InvalidOptionError('self', expected, self);
    return process;
  }

  #processOf(where: Where, option: string, expected: string): Process | undefined {
    const from = where?.[inside];
    if (from?.kernel !== this.#kernel) throw new InvalidOptionError(option, expected, where);
    return from.process;
  }
}
