import { GenServer, Runtime } from '@rookery/genserver';
import { TtlCache } from '@rookery/ttl-cache';

interface Entry {
  readonly value: unknown;
  readonly expiresAt: number;
}

type Lookup = { readonly kind: 'found'; readonly value: unknown } | { readonly kind: 'not_found' };

const SWEEP_MS = 30_000;

/** The cache of the article: every question is a message. */
class TTLCache extends GenServer {
  readonly #entries = new Map<string, Entry>();

  override init(): void {
    this.self.sendInterval(SWEEP_MS, 'sweep');
  }

  put(key: string, value: unknown, ttlMs = 60_000): void {
    this.#entries.set(key, { value, expiresAt: this.self.now() + ttlMs });
  }

  get(key: string): Lookup {
    const entry = this.#entries.get(key);
    if (entry === undefined) return { kind: 'not_found' };
    if (this.self.now() < entry.expiresAt) return { kind: 'found', value: entry.value };
    this.#entries.delete(key);
    return { kind: 'not_found' };
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  override handleInfo(message: unknown): void {
    if (message !== 'sweep') return;
    const now = this.self.now();
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt <= now) this.#entries.delete(key);
  }
}

/** Nanoseconds for each of many reads, the best of five rounds. */
async function cost(read: () => unknown): Promise<number> {
  const READS = 20_000;
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < READS; i++) await read();
    rounds.push(((performance.now() - start) / READS) * 1e6);
  }
  return Math.min(...rounds);
}

const runtime = new Runtime();
const byMessage = await runtime.start(TTLCache, { name: 'by-message' });
await byMessage.call.put('ada', 'Lovelace');
console.log(await byMessage.call.get('ada'));

const direct = await runtime.start(TtlCache.childSpec<string, string>({ name: 'direct' }));
direct.put('ada', 'Lovelace');
console.log(direct.get('ada'));

const byMessageNs = await cost(() => byMessage.call.get('ada'));
const directNs = await cost(() => direct.get('ada'));
console.error(`a read by message ${byMessageNs.toFixed(0)} ns, a direct one ${directNs.toFixed(0)} ns`);

await runtime.shutdown();
