import type { NameClaim, Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { DuplicateKeysError } from './errors.js';
import { checkKey, formatKey } from './key.js';
import { Registered, tell, Unregistered } from './listeners.js';
import { Locks } from './locks.js';
import type { RegistryKeys, RegistryOptions } from './options.js';
import { Entry, Registrations } from './registrations.js';

/** What is registered, and all that belongs to it: what a registry's callers read and write directly. */
export class Book<Key = unknown, Value = unknown> {
  /** What the registry is called. */
  readonly label: string;
  readonly registrations: Registrations<Key, Value>;
  readonly locks: Locks;
  readonly meta: Map<string | symbol, unknown>;
  readonly #kernel: Kernel;
  readonly #keys: RegistryKeys;
  readonly #listeners: readonly (string | symbol)[];

  constructor(kernel: Kernel, owner: Process, { keys, listeners = [], meta = {} }: RegistryOptions) {
    this.label = owner.label;
    this.#kernel = kernel;
    this.#keys = keys;
    this.#listeners = [...listeners];
    this.registrations = new Registrations(owner);
    this.locks = new Locks(this.label);
    this.meta = new Map(Reflect.ownKeys(meta).map((key) => [key, meta[key]]));
  }

  /** Who holds the key. Only for unique keys. */
  holder(key: Key): Process | undefined {
    this.checkUnique('find one process by key');
    return this.registrations.table.oldest(key)?.owner;
  }

  /** Adds an entry, or returns who has the key, if one process only may have it (REG-006, REG-008). */
  register(process: Process, key: Key, value: Value): NameClaim | Process {
    checkKey(key);
    const holder = this.#keys === 'unique' ? this.registrations.table.oldest(key)?.owner : undefined;
    if (holder !== undefined) return holder;
    const claim = this.registrations.add(new Entry(key, process, value));
    if (this.#kernel.arrivals.isAwaited) this.#kernel.arrivals.tell(`${this.label}/${formatKey(key)}`);
    if (this.#listeners.length > 0) this.#tell(new Registered(this.label, key, process.pid, value));
    return claim;
  }

  /** Listeners are told when nothing is left under the key, also if nothing was (REG-039). */
  unregister(process: Process, key: Key, doesGo: (value: Value) => boolean): void {
    this.registrations.remove(process, key, ({ value }) => doesGo(value));
    if (this.#listeners.length === 0 || this.registrations.under(process, key).length > 0) return;
    this.#tell(new Unregistered(this.label, key, process.pid));
  }

  checkUnique(request: string): void {
    if (this.#keys === 'duplicate') throw new DuplicateKeysError(this.label, request);
  }

  /** The registry has ended. */
  close(): void {
    this.registrations.close();
    this.locks.close();
  }

  #tell(news: Registered | Unregistered): void {
    tell(this.#kernel, this.#listeners, news);
  }
}
