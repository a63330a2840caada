import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import { laterOf, type ShutdownPhase, shutdownPlan } from './shutdown-plan.js';
import type { ShutdownTimes } from './options.js';

/** Brings what is under way to its end. `signal` fires when its time is over. */
export type Drain = (context: { readonly signal: AbortSignal }) => unknown;

/** How one shutdown goes. What is left out is as the health check was told. */
export interface ShutdownOptions extends ShutdownTimes {
  /** Called when the delay is over. */
  readonly drain?: Drain;
}

/** How a shutdown ended. */
export type ShutdownResult =
  | { readonly kind: 'drained'; readonly tookMs: Milliseconds }
  /** `drain` was not done when its time was over. */
  | { readonly kind: 'drain_timed_out'; readonly tookMs: Milliseconds }
  | { readonly kind: 'drain_failed'; readonly tookMs: Milliseconds; readonly error: unknown };

type DrainEnd =
  | { readonly kind: 'drained' }
  | { readonly kind: 'drain_timed_out' }
  | { readonly kind: 'drain_failed'; readonly error: unknown };

/** Who hears of a shutdown. */
export interface ShutdownListener {
  readonly entered: (phase: ShutdownPhase) => void;
  /** Also when its time was over before. */
  readonly drainFailed: (error: unknown) => void;
}

/** One shutdown: steps through its plan, once. */
export class Shutdown {
  phase: ShutdownPhase = 'serving';
  readonly #clock: Clock;
  readonly #listener: ShutdownListener;
  #result: Promise<ShutdownResult> | undefined;
  #timer: ClockTimer | undefined;
  #cutShort: ((error: Error) => void) | undefined;
  #closedBy: Error | undefined;

  constructor(clock: Clock, listener: ShutdownListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  begin(): void {
    this.#enter('unready');
  }

  run(times: Required<ShutdownTimes>, drain: Drain | undefined): Promise<ShutdownResult> {
    return (this.#result ??= this.#run(times, drain));
  }

  /** Whoever waits for it gets this error. */
  close(error: Error): void {
    this.#closedBy = error;
    this.#timer?.cancel();
    this.#cutShort?.(error);
  }

  async #run(times: Required<ShutdownTimes>, drain: Drain | undefined): Promise<ShutdownResult> {
    const startedAt = this.#clock.now();
    let end: DrainEnd = { kind: 'drained' };
    for (const { phase, atMostMs } of shutdownPlan(times)) {
      this.#enter(phase);
      if (this.#closedBy !== undefined && phase !== 'drained') throw this.#closedBy; // by who has heard of the phase
      if (phase === 'unready') await this.#within(atMostMs, undefined);
      if (phase === 'draining' && drain !== undefined) end = await this.#drain(drain, atMostMs);
    }
    return { ...end, tookMs: this.#clock.now() - startedAt };
  }

  #enter(phase: ShutdownPhase): void {
    const next = laterOf(this.phase, phase);
    if (next === this.phase) return;
    this.phase = next;
    this.#listener.entered(next);
  }

  async #drain(drain: Drain, atMostMs: Milliseconds): Promise<DrainEnd> {
    const abort = new AbortController();
    const done = new Promise((resolve) => resolve(drain({ signal: abort.signal }))).then(
      (): DrainEnd => ({ kind: 'drained' }),
      (error: unknown): DrainEnd => {
        this.#listener.drainFailed(error);
        return { kind: 'drain_failed', error };
      },
    );
    const end = await this.#within<DrainEnd>(atMostMs, { kind: 'drain_timed_out' }, done);
    if (end.kind === 'drain_timed_out') abort.abort(new Error(`The time to drain is over: ${atMostMs} ms.`));
    return end;
  }

  /** What comes first: the value, or the fallback when the time is over. This timer holds Node, as somebody waits for it. */
  #within<T>(ms: Milliseconds, fallback: T, value?: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closedBy !== undefined) return reject(this.#closedBy);
      this.#cutShort = reject;
      if (ms !== Infinity) this.#timer = this.#clock.setTimer(ms, () => resolve(fallback));
      value?.then(resolve, reject);
    }).finally(() => this.#timer?.cancel());
  }
}
