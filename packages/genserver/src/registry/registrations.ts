import { link, unlink } from '../process/links.js';
import type { NameClaim, Process } from '../process/process.js';
import { Holding } from './holding.js';
import { Table } from './table.js';

/** A process under a key. */
export class Entry<Key, Value> {
  next: Entry<Key, Value> = this;
  previous: Entry<Key, Value> = this;

  constructor(
    readonly key: Key,
    readonly owner: Process,
    public value: Value,
  ) {}
}

/** What one process has in one registry; given back when it ends, before anybody hears of that (PROC-029). */
class Claim<Key, Value> extends Holding<Key, Entry<Key, Value>> implements NameClaim {
  constructor(
    private readonly registrations: Registrations<Key, Value>,
    /** Whether the link with the registry is there because of this. */
    readonly hasLinked: boolean,
  ) {
    super();
  }

  release(process: Process): void {
    this.registrations.release(process);
  }
}

/**
 * Which process has registered what: by key in `table`, by process in claims. Each process that has something is linked
 * with the registry (REG-017). Registering and taking back one entry cost the same however many there are.
 */
export class Registrations<Key, Value> {
  readonly table = new Table<Key, Entry<Key, Value>>();
  readonly #owner: Process;
  readonly #claims = new Map<Process, Claim<Key, Value>>();

  /** `owner` is the process of the registry. */
  constructor(owner: Process) {
    this.#owner = owner;
  }

  /** Returns the claim, for who gives it back. */
  add(entry: Entry<Key, Value>): NameClaim {
    const claim = this.#claims.get(entry.owner) ?? this.#newClaim(entry.owner);
    this.table.add(entry);
    claim.add(entry);
    return claim;
  }

  /** What a process has under a key, oldest first. */
  under(process: Process, key: Key): readonly Entry<Key, Value>[] {
    return this.#claims.get(process)?.under(key) ?? [];
  }

  /** All that a process has. */
  by(process: Process): readonly Entry<Key, Value>[] {
    return this.#claims.get(process)?.all() ?? [];
  }

  /** Takes back those entries of a process under a key for which `doesGo` is true. It runs for all before any is touched. */
  remove(process: Process, key: Key, doesGo: (entry: Entry<Key, Value>) => boolean): void {
    const going = new Set(this.under(process, key).filter(doesGo));
    if (going.size === 0) return;
    const claim = this.#claims.get(process);
    // Looked up only now: `doesGo` is the user's, and may have changed anything.
    const staying: Entry<Key, Value>[] = [];
    for (const entry of this.under(process, key)) {
      if (going.has(entry)) this.table.delete(entry);
      else staying.push(entry);
    }
    claim?.keep(key, staying);
    if (claim?.isEmpty === true) this.#letGo(process, claim);
  }

  /** The process has ended: all that it had goes. */
  release(process: Process): void {
    const claim = this.#claims.get(process);
    if (claim === undefined) return;
    for (const entry of claim.all()) this.table.delete(entry);
    this.#claims.delete(process);
    if (claim.hasLinked) unlink(this.#owner, process); // its end is no news any more
  }

  /** The registry has ended: those who outlive it must not keep it in memory. Their links stay, to tell them (REG-019). */
  close(): void {
    for (const [process, claim] of this.#claims) forgetClaim(process, claim);
    this.#claims.clear();
  }

  #newClaim(process: Process): Claim<Key, Value> {
    const isLinked = this.#owner.links?.has(process) === true;
    const claim = new Claim(this, !isLinked);
    link(this.#owner, process);
    this.#claims.set(process, claim);
    (process.names ??= []).push(claim);
    return claim;
  }

  /** The last entry has gone (REG-017). */
  #letGo(process: Process, claim: Claim<Key, Value>): void {
    this.#claims.delete(process);
    forgetClaim(process, claim);
    if (claim.hasLinked) unlink(this.#owner, process);
  }
}

/** A process is in a few registries at most. */
function forgetClaim(process: Process, claim: NameClaim): void {
  process.names = process.names?.filter((one) => one !== claim);
}
