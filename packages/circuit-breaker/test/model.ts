import type { BreakerMode, BreakerStateName, Strategy } from '../src/index.js';

/** What the model goes by: complete, and without chance. */
export interface ModelOptions {
  readonly strategy: Strategy;
  readonly timeoutMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly decayMs: number;
  readonly permits: number;
  readonly successes: number;
  readonly maxWaitMs: number;
  readonly callTimeoutMs: number;
}

interface ModelCall {
  readonly era: number;
  readonly role: 'counted' | 'probe' | 'uncounted';
  readonly startedAt: number;
}

interface Result {
  readonly at: number;
  readonly isFailure: boolean;
  readonly durationMs: number;
}

export type Ending = 'success' | 'failure' | 'ignore';

/** What a breaker should do, as naively as can be: it keeps every result of an era, and counts them anew each time. */
export class ModelBreaker {
  now = 0;
  mode: BreakerMode = 'auto';
  kind: BreakerStateName = 'closed';
  readonly running = new Map<number, ModelCall>();
  readonly stats = {
    successes: 0,
    failures: 0,
    ignored: 0,
    timeouts: 0,
    rejections: 0,
    shadowRejections: 0,
    droppedResults: 0,
    trips: 0,
  };
  /** Of running calls and of those whose callers were answered, whose functions still run. */
  readonly abandoned = new Set<number>();
  private era = 0;
  private trips = 0;
  private since = 0;
  private until = 0;
  private successes = 0;
  private probes = new Map<number, number>();
  private results: Result[] = [];

  constructor(private readonly options: ModelOptions) {}

  get state(): BreakerStateName {
    this.tick();
    if (this.mode === 'forced_open') return 'open';
    return this.mode === 'forced_closed' ? 'closed' : this.kind;
  }

  /** Undefined: it runs. Otherwise when to try again. */
  begin(id: number): { readonly retryAfterMs: number | undefined } | undefined {
    this.tick();
    const role = this.roleOf(id);
    if (role !== undefined) {
      this.running.set(id, { era: this.era, role, startedAt: this.now });
      return undefined;
    }
    this.stats.rejections++;
    if (this.mode === 'forced_open') return { retryAfterMs: undefined };
    if (this.kind === 'open') return { retryAfterMs: this.until - this.now };
    const firstDue = Math.min(...this.probes.values());
    return { retryAfterMs: Math.min(firstDue - this.now, this.options.callTimeoutMs) };
  }

  end(id: number, ending: Ending): void {
    if (this.abandoned.delete(id)) this.stats.droppedResults++;
    const call = this.running.get(id);
    if (call === undefined) return;
    this.running.delete(id);
    this.stats[ending === 'success' ? 'successes' : ending === 'failure' ? 'failures' : 'ignored']++;
    this.tick();
    if (call.role === 'uncounted') return;
    if (call.era !== this.era) this.stats.droppedResults++;
    else if (call.role === 'counted') this.count(call, ending);
    else this.endProbe(id, call, ending);
  }

  cancel(id: number): void {
    if (!this.running.has(id)) return;
    this.end(id, 'ignore');
    this.abandoned.add(id);
  }

  hold(mode: BreakerMode): void {
    this.tick();
    if (mode === this.mode) return;
    const isHold = [mode, this.mode].some((one) => one === 'forced_open' || one === 'forced_closed');
    this.mode = mode;
    if (!isHold) return;
    this.newEra();
  }

  reset(): void {
    this.tick();
    this.close(0);
  }

  /** Moves on to `until`; calls time out on the way, each at its own time. */
  advance(byMs: number): void {
    const until = this.now + byMs;
    const due = [...this.running].map(([id, { startedAt }]) => ({ id, at: startedAt + this.options.callTimeoutMs }));
    for (const { id, at } of due.toSorted((a, b) => a.at - b.at)) {
      if (at > until) continue;
      this.now = at;
      this.end(id, 'failure');
      this.stats.timeouts++;
      this.abandoned.add(id);
    }
    this.now = until;
  }

  private roleOf(id: number): ModelCall['role'] | undefined {
    if (this.mode === 'forced_open') return undefined;
    if (this.mode === 'forced_closed') return 'uncounted';
    if (this.kind === 'closed') return 'counted';
    if (this.kind === 'half_open' && this.probes.size < this.options.permits) {
      this.probes.set(id, this.now + this.options.maxWaitMs);
      return 'probe';
    }
    if (this.mode !== 'shadow') return undefined;
    this.stats.shadowRejections++;
    return 'uncounted';
  }

  private count({ startedAt }: ModelCall, ending: Ending): void {
    if (ending === 'ignore') return;
    this.results.push({ at: this.now, isFailure: ending === 'failure', durationMs: this.now - startedAt });
    if (!this.isBad(this.options.strategy)) return;
    const steps = Math.floor((this.now - this.since) / this.options.decayMs);
    const { timeoutMs, factor, maxMs } = this.options;
    while (this.trips > 0 && timeoutMs * factor ** (this.trips - 1) >= maxMs) this.trips--; // grew no longer by these
    this.trips = Math.max(0, this.trips - steps);
    this.open(this.now);
  }

  private endProbe(id: number, { startedAt }: ModelCall, ending: Ending): void {
    this.probes.delete(id);
    const isSlow = ending === 'success' && slowest(this.options.strategy) <= this.now - startedAt;
    if (ending === 'failure' || isSlow) return this.open(this.now);
    if (ending === 'success') this.successes++;
    if (this.successes >= this.options.successes) this.close(this.trips);
  }

  private tick(): void {
    for (;;) {
      const due = Math.min(Infinity, ...this.probes.values());
      if (this.kind === 'open' && this.now >= this.until) {
        this.kind = 'half_open';
        this.newEra();
      } else if (this.kind === 'half_open' && this.now >= due) this.open(due);
      else return;
    }
  }

  private open(at: number): void {
    const { timeoutMs, factor, maxMs } = this.options;
    this.kind = 'open';
    this.until = at + Math.min(maxMs, timeoutMs * factor ** this.trips);
    this.trips++;
    if (this.mode === 'auto' || this.mode === 'shadow') this.stats.trips++;
    this.newEra();
  }

  private close(trips: number): void {
    this.kind = 'closed';
    this.trips = trips;
    this.since = this.now;
    this.newEra();
  }

  private newEra(): void {
    this.era++;
    this.successes = 0;
    this.probes = new Map();
    this.results = [];
  }

  private isBad(strategy: Strategy): boolean {
    if (strategy.kind === 'any_of') return strategy.strategies.some((one) => this.isBad(one));
    if (strategy.kind === 'consecutive') {
      const last = this.results.slice(-strategy.failures);
      return last.length === strategy.failures && last.every(({ isFailure }) => isFailure);
    }
    const seen = this.seenBy(strategy.span);
    const isOne = ({ isFailure, durationMs }: Result): boolean =>
      strategy.kind === 'slow_rate' ? durationMs >= strategy.slowCallMs : isFailure;
    const rate = strategy.kind === 'slow_rate' ? strategy.slowRate : strategy.failureRate;
    return seen.length >= strategy.minimumCalls && seen.filter(isOne).length / seen.length >= rate;
  }

  private seenBy(span: Extract<Strategy, { kind: 'failure_rate' }>['span']): readonly Result[] {
    if (span.kind === 'calls') return this.results.slice(-span.size);
    const bucketMs = span.windowMs / span.buckets;
    const bucket = (at: number): number => Math.floor(at / bucketMs);
    return this.results.filter(({ at }) => bucket(at) > bucket(this.now) - span.buckets);
  }
}

function slowest(strategy: Strategy): number {
  if (strategy.kind === 'any_of') return Math.min(...strategy.strategies.map(slowest));
  return strategy.kind === 'slow_rate' ? strategy.slowCallMs : Infinity;
}
