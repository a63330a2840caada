import type { RemovalCause } from '../src/index.js';

interface ModelEntry {
  readonly value: number;
  readonly since: number;
  readonly ttlMs: number;
  readonly tags: readonly string[];
}

/** Someone who waits for a load. */
export interface ModelWaiter {
  readonly id: number;
  readonly canLeave: boolean;
}

export interface ModelLoad {
  readonly key: string;
  readonly tags: readonly string[];
  readonly deletedTags: Set<string>;
  isCurrent: boolean;
  waiters: ModelWaiter[];
}

export interface ModelOptions {
  readonly maxEntries: number;
  readonly maxWeight: number;
  readonly staleForMs: number;
  readonly errorTtlMs: number;
}

/** What a cache should do, as naively as can be: one Map, in order of use where there are limits, and a clock. It never sweeps. */
export class ModelCache {
  now = 0;
  readonly entries = new Map<string, ModelEntry>();
  readonly failures = new Map<string, { readonly error: number; readonly until: number }>();
  readonly loads: ModelLoad[] = [];
  readonly outcomes = new Map<number, string>();
  readonly removed: (readonly [string, number, RemovalCause])[] = [];
  readonly stats = { hits: 0, misses: 0, coalesced: 0, staleHits: 0, loadSuccesses: 0, loadFailures: 0 };

  constructor(private readonly options: ModelOptions) {}

  /** A value weighs its last digit, and 1 more. */
  static weigh(value: number): number {
    return (value % 10) + 1;
  }

  isLive(key: string): boolean {
    const entry = this.entries.get(key);
    return entry !== undefined && this.now < entry.since + entry.ttlMs;
  }

  isStale(key: string): boolean {
    const entry = this.entries.get(key);
    return entry !== undefined && !this.isLive(key) && this.now < entry.since + entry.ttlMs + this.options.staleForMs;
  }

  peek(key: string): number | undefined {
    return this.isLive(key) ? this.entries.get(key)?.value : undefined;
  }

  ttl(key: string): number | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && this.isLive(key) ? entry.since + entry.ttlMs - this.now : undefined;
  }

  live(): string[] {
    return [...this.entries.keys()].filter((key) => this.isLive(key));
  }

  get(key: string): number | undefined {
    this.use(key);
    const value = this.peek(key);
    this.stats[value === undefined ? 'misses' : 'hits']++;
    if (value === undefined && !this.isStale(key)) this.remove(key, 'expired');
    return value;
  }

  put(key: string, value: number, ttlMs: number, tags: readonly string[]): void {
    this.supersede(key);
    this.failures.delete(key);
    this.set(key, { value, ttlMs, since: this.now, tags });
  }

  touch(key: string, ttlMs?: number): void {
    const entry = this.entries.get(key);
    if (entry === undefined || !this.isLive(key)) return;
    this.entries.set(key, { ...entry, since: this.now, ttlMs: ttlMs ?? entry.ttlMs });
    this.use(key);
  }

  delete(key: string): void {
    this.supersede(key);
    this.failures.delete(key);
    this.remove(key, this.isLive(key) ? 'deleted' : 'expired');
  }

  deleteTag(tag: string): void {
    for (const load of this.loads) {
      load.deletedTags.add(tag);
      if (load.tags.includes(tag)) load.isCurrent = false;
    }
    for (const [key, { tags }] of this.entries) {
      if (tags.includes(tag)) this.remove(key, this.isLive(key) ? 'deleted' : 'expired');
    }
  }

  clear(): void {
    for (const load of this.loads) load.isCurrent = false;
    this.failures.clear();
    for (const key of this.entries.keys()) this.remove(key, 'cleared');
  }

  /** A load under way stays current, as it brings something newer. */
  revive(
    key: string,
    value: number,
    { ttlMs, leftMs, tags }: { ttlMs: number; leftMs: number; tags: readonly string[] },
  ): void {
    const since = ttlMs === Infinity ? this.now : this.now - (ttlMs - leftMs);
    this.set(key, { value, ttlMs, since, tags });
  }

  /** Returns the load that has to be begun, if one has. */
  fetch(key: string, waiter: ModelWaiter, tags: readonly string[]): ModelLoad | undefined {
    this.use(key);
    const { value } = this.entries.get(key) ?? {};
    if (this.isLive(key)) {
      this.stats.hits++;
      this.outcomes.set(waiter.id, `value ${value}`);
      return undefined;
    }
    this.stats.misses++;
    const failure = this.failures.get(key);
    if (failure !== undefined && this.now < failure.until) {
      if (this.isStale(key)) this.stats.staleHits++;
      this.outcomes.set(waiter.id, this.isStale(key) ? `value ${value}` : `error ${failure.error}`);
      return undefined;
    }
    const running = this.loads.find((load) => load.key === key && load.isCurrent);
    if (running !== undefined) {
      this.stats.coalesced++;
      running.waiters.push(waiter);
      return undefined;
    }
    const load = { key, tags, deletedTags: new Set<string>(), isCurrent: true, waiters: [waiter] };
    this.loads.push(load);
    return load;
  }

  leave(id: number): void {
    const load = this.loads.find(({ waiters }) => waiters.some((waiter) => waiter.id === id && waiter.canLeave));
    if (load === undefined) return;
    load.waiters = load.waiters.filter((waiter) => waiter.id !== id);
    this.outcomes.set(id, 'aborted');
    if (load.waiters.length > 0) return;
    this.stats.loadFailures++;
    this.loads.splice(this.loads.indexOf(load), 1);
  }

  settle(load: ModelLoad, end: { readonly value: number } | { readonly error: number }): void {
    if (!this.loads.includes(load)) return;
    this.loads.splice(this.loads.indexOf(load), 1);
    const outcome = 'value' in end ? this.loaded(load, end.value) : this.failed(load, end.error);
    for (const { id } of load.waiters) this.outcomes.set(id, outcome);
  }

  private loaded({ key, isCurrent, tags, deletedTags }: ModelLoad, value: number): string {
    this.stats.loadSuccesses++;
    if (!isCurrent && this.isLive(key)) return `value ${this.peek(key)}`;
    if (isCurrent && !tags.some((tag) => deletedTags.has(tag))) this.put(key, value, 60_000, tags);
    return `value ${value}`;
  }

  private failed({ key, isCurrent, waiters }: ModelLoad, error: number): string {
    this.stats.loadFailures++;
    const { errorTtlMs } = this.options;
    if (isCurrent && errorTtlMs > 0) this.failures.set(key, { error, until: this.now + errorTtlMs });
    if (!this.isLive(key) && !this.isStale(key)) return `error ${error}`;
    if (this.isStale(key)) this.stats.staleHits += waiters.length;
    return `value ${this.entries.get(key)?.value}`;
  }

  private supersede(key: string): void {
    for (const load of this.loads) if (load.key === key) load.isCurrent = false;
  }

  private get isLimited(): boolean {
    return this.options.maxEntries !== Infinity || this.options.maxWeight !== Infinity;
  }

  private use(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined || !this.isLimited) return;
    this.entries.delete(key);
    this.entries.set(key, entry);
  }

  private remove(key: string, cause: RemovalCause): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.removed.push([key, entry.value, cause]);
  }

  private set(key: string, entry: ModelEntry): void {
    const { maxEntries, maxWeight } = this.options;
    const before = this.entries.get(key);
    const cause = this.isLive(key) ? 'replaced' : 'expired';
    if (maxWeight !== Infinity && ModelCache.weigh(entry.value) > maxWeight) return this.remove(key, cause);
    this.use(key);
    this.entries.set(key, entry);
    const weight = (): number =>
      [...this.entries.values()].reduce((sum, { value }) => sum + ModelCache.weigh(value), 0);
    const isOver = (): boolean => this.entries.size > maxEntries || (maxWeight !== Infinity && weight() > maxWeight);
    while (isOver()) {
      const oldest = [...this.entries.keys()][0] ?? '';
      this.remove(oldest, this.isLive(oldest) ? 'evicted' : 'expired');
    }
    if (before !== undefined) this.removed.push([key, before.value, cause]);
  }
}
