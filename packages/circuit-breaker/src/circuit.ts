import type { ClockTimer, Milliseconds } from '@rookery/genserver';
import {
  type BreakerEffect,
  type BreakerInput,
  type BreakerMode,
  type BreakerRules,
  type BreakerState,
  type BreakerStateName,
  INITIAL,
  isRejecting,
  nameOf,
  nextChange,
  type Outcome,
  reduce,
  retryAfter,
} from './breaker-state.js';
import { BreakerUnavailableError, type CallRejectedError, CircuitOpenError } from './errors.js';
import type { BreakerEvents, DropReason } from './events.js';
import { type FailureWindow, makeWindow } from './failure-window.js';
import type { CompleteOptions } from './options.js';
import { rulesOf } from './rules.js';
import { StatsCounter } from './stats.js';

/** How a call was let through: counted among those of a closed breaker, not counted at all, or rejected. Above 0: as that probe. */
export const COUNTED = 0;
const UNCOUNTED = -1;
export const REJECTED = -2;

/** Not measured: nobody needs to know how long the call takes. */
const UNTIMED = NaN;

/** The shell around the reducer and the window: it asks them, and does what they say. A call passes it twice: `admit`, `settle`. */
export class Circuit {
  readonly stats = new StatsCounter();
  readonly events: BreakerEvents;
  readonly #options: CompleteOptions;
  readonly #rules: BreakerRules;
  readonly #window: FailureWindow;
  /** Calls that wait for room: not for a breaker that has opened. */
  readonly #waiting: { dismiss(): void } | undefined;
  #state: BreakerState = INITIAL;
  /** Closed, and not held: the state in which a breaker should be nearly always. */
  #isCounting = true;
  #isEnded = false;
  #timer: ClockTimer | undefined;

  constructor(options: CompleteOptions, waiting: { dismiss(): void } | undefined, events: BreakerEvents) {
    this.#options = options;
    this.#rules = rulesOf(options);
    this.#window = makeWindow(options.strategy);
    this.#waiting = waiting;
    this.events = events;
    if (options.mode !== 'auto') this.#enter({ ...INITIAL, mode: options.mode });
  }

  /** Of now: what time brings has happened. */
  get state(): BreakerState {
    if (!this.#isCounting) this.dispatch({ kind: 'elapsed' });
    return this.#state;
  }

  get name(): BreakerStateName {
    return this.#isEnded ? 'open' : nameOf(this.state);
  }

  get mode(): BreakerMode {
    return this.#state.mode;
  }

  /** Whether `admit` would reject. */
  get isRejecting(): boolean {
    return this.#isEnded || isRejecting(this.state, this.#rules);
  }

  get window(): FailureWindow {
    return this.#window;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** To be handed to `settle`, with what `admit` gave. */
  get generation(): number {
    return this.#state.generation;
  }

  /** When the call begins, if anybody needs to know. */
  startedAt(): Milliseconds {
    return this.#window.isTimed || this.events.isHeard ? this.#options.clock.now() : UNTIMED;
  }

  /** Whether a call may be made, and as what. Who is not REJECTED must `settle`. */
  admit(): number {
    const admission = this.#isCounting ? COUNTED : this.#admitSlowly();
    if (admission !== REJECTED) this.stats.running++;
    return admission;
  }

  /** Why a call is rejected now. */
  rejection(): CallRejectedError {
    const { label, callTimeoutMs } = this.#options;
    this.stats.rejections++;
    if (this.events.isHeard)
      this.events.emit({ kind: 'call_rejected', reason: this.#isEnded ? 'unavailable' : 'open' });
    if (this.#isEnded) return new BreakerUnavailableError(label);
    const name = nameOf(this.#state);
    const afterMs = retryAfter(this.#state, this.#options.clock.now());
    const { phase } = this.#state;
    const cause = phase.kind === 'closed' ? undefined : phase.cause;
    // A probe takes no longer than a call may.
    const latestMs = afterMs !== undefined && name === 'half_open' ? Math.min(afterMs, callTimeoutMs) : afterMs;
    return new CircuitOpenError(label, name, latestMs, cause);
  }

  /** The result of a call. One that was begun in an older state changes nothing. */
  settle(generation: number, admission: number, outcome: Outcome, startedAt: Milliseconds, error: unknown): void {
    const { stats } = this;
    stats.running--;
    if (outcome === 'success') stats.successes++;
    else if (outcome === 'failure') stats.failures++;
    else stats.ignored++;
    const now = startedAt === startedAt ? this.#options.clock.now() : 0;
    const durationMs = now - startedAt;
    if (this.events.isHeard) this.#tell(outcome, durationMs, error);
    if (admission === UNCOUNTED) return;
    if (admission !== COUNTED) return this.#settleProbe(generation, admission, outcome, durationMs, error);
    if (generation !== this.#state.generation) return this.drop('older_state');
    if (outcome === 'ignore' || !this.#window.record(outcome === 'failure', durationMs, now)) return;
    this.dispatch({ kind: 'tripped', generation, error });
  }

  /** A result that is not counted. */
  drop(reason: DropReason): void {
    this.stats.droppedResults++;
    this.events.emit({ kind: 'result_dropped', reason });
  }

  dispatch(input: BreakerInput): readonly BreakerEffect[] {
    const { state, effects } = reduce(this.#state, input, this.#options.clock.now(), this.#rules);
    if (state === this.#state) return effects;
    this.#enter(state);
    for (const effect of effects) this.#act(effect);
    return effects;
  }

  /** Takes over a state from elsewhere. */
  restore(state: BreakerState): void {
    this.#enter({ ...state, generation: this.#state.generation + 1 });
  }

  /** No call is made any more, and no timer is left. */
  end(): void {
    this.#isEnded = true;
    this.#enter({ ...this.#state, generation: this.#state.generation + 1 });
    this.#timer?.cancel();
    this.#waiting?.dismiss();
  }

  #admitSlowly(): number {
    if (this.#isEnded) return REJECTED;
    const { mode, phase } = this.#state;
    if (mode === 'forced_closed') return UNCOUNTED;
    if (mode === 'forced_open') return REJECTED;
    const isOpen = phase.kind === 'open' && this.#options.clock.now() < phase.until;
    const effects = isOpen ? [] : this.dispatch({ kind: 'asked' });
    for (const effect of effects) if (effect.kind === 'admitted') return effect.probe;
    return mode === 'shadow' ? this.#admitInShadow() : REJECTED;
  }

  #admitInShadow(): number {
    this.stats.shadowRejections++;
    this.events.emit({ kind: 'shadow_rejection' });
    return UNCOUNTED;
  }

  #settleProbe(generation: number, probe: number, outcome: Outcome, durationMs: Milliseconds, error: unknown): void {
    if (generation !== this.state.generation) return this.drop('older_state');
    const isSlow = outcome === 'success' && this.#window.isSlow(durationMs);
    this.dispatch({ kind: 'probe_settled', generation, probe, outcome: isSlow ? 'failure' : outcome, error });
  }

  #enter(state: BreakerState): void {
    const isNewEra = state.generation !== this.#state.generation;
    this.#state = state;
    this.#isCounting = !this.#isEnded && state.phase.kind === 'closed' && !state.mode.startsWith('forced');
    if (isNewEra) this.#window.clear();
    if (this.#options.punctual) this.#setTimer();
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const at = this.#isEnded ? undefined : nextChange(this.#state.phase);
    this.#timer = undefined;
    if (at === undefined) return;
    const { clock } = this.#options;
    this.#timer = clock.setTimer(Math.max(0, at - clock.now()), () => this.dispatch({ kind: 'elapsed' }));
    this.#timer.unref();
  }

  #act(effect: BreakerEffect): void {
    if (effect.kind === 'mode_changed') return this.events.emit(effect);
    if (effect.kind !== 'moved') return;
    const { from, to, reason, cause } = effect;
    if (to === 'open' && reason !== 'forced') this.stats.trips++;
    this.events.emit({ kind: 'state_changed', from, to, reason, cause });
    if (to === 'open' && this.#state.mode !== 'shadow') this.#waiting?.dismiss();
  }

  #tell(outcome: Outcome, measuredMs: Milliseconds, error: unknown): void {
    const durationMs = Number.isNaN(measuredMs) ? undefined : measuredMs;
    if (outcome === 'success') this.events.emit({ kind: 'call_succeeded', durationMs });
    else if (outcome === 'failure') this.events.emit({ kind: 'call_failed', durationMs, error });
    else this.events.emit({ kind: 'call_ignored', durationMs, error });
  }
}
