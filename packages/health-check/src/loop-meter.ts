import type { Milliseconds } from '@rookery/genserver';

/** How the event loop did in a span of time. */
export interface LoopWindow {
  /** How late 99 of 100 timers were at most. */
  readonly p99Ms: Milliseconds;
  /** How late the latest was. */
  readonly maxMs: Milliseconds;
  /** The part of the time in which it had something to do, from 0 to 1. */
  readonly utilization: number;
  readonly spanMs: Milliseconds;
}

/** Measures the event loop, for all checks of a health check together. */
export interface LoopMeter {
  /** Of the time since then; undefined when there is nothing yet. With several spans in it the worst of each. */
  since(atMs: Milliseconds): LoopWindow | undefined;
}

/** Where the figures come from. */
export interface LoopSource {
  /** Since it was read last, and begins anew; undefined without a sample. */
  read(): Omit<LoopWindow, 'spanMs'> | undefined;
  close(): void;
}

/** No shorter spans are measured: whoever asks again meanwhile gets the last one. */
const SHORTEST_MS = 500;
/** How many spans are remembered, for checks that ask rarely. */
const MOST_SPANS = 120;

interface Span extends LoopWindow {
  readonly endedAt: Milliseconds;
}

/** One source, read by many: each sees the spans since it asked last. */
export class SharedLoopMeter implements LoopMeter {
  readonly #source: LoopSource;
  readonly #now: () => Milliseconds;
  #spans: Span[] = [];
  #startedAt: Milliseconds;

  constructor(source: LoopSource, now: () => Milliseconds) {
    this.#source = source;
    this.#now = now;
    this.#startedAt = now();
  }

  since(atMs: Milliseconds): LoopWindow | undefined {
    const now = this.#now();
    if (now - this.#startedAt >= SHORTEST_MS) this.#cut(now);
    return mergeSpans(this.#spans.filter(({ endedAt }) => endedAt > atMs)) ?? this.#spans.at(-1);
  }

  close(): void {
    this.#source.close();
  }

  #cut(now: Milliseconds): void {
    const read = this.#source.read();
    if (read !== undefined) this.#spans.push({ ...read, spanMs: now - this.#startedAt, endedAt: now });
    this.#startedAt = now;
    if (this.#spans.length > MOST_SPANS) this.#spans.shift();
  }
}

function mergeSpans(spans: readonly Span[]): LoopWindow | undefined {
  if (spans.length === 0) return undefined;
  const spanMs = spans.reduce((sum, span) => sum + span.spanMs, 0);
  return {
    p99Ms: Math.max(...spans.map((span) => span.p99Ms)),
    maxMs: Math.max(...spans.map((span) => span.maxMs)),
    utilization: spans.reduce((sum, span) => sum + span.utilization * span.spanMs, 0) / spanMs,
    spanMs,
  };
}
