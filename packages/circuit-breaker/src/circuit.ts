import type { AbortListeners, ClockTimer, Milliseconds } from '@rookery/genserver';
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
import { type BreakerStats, StatsCounter } from './stats.js';
import { withoutStack } from './without-stack.js';

/** How a call was let through: counted among those of a closed breaker, not counted at all, or rejected. Above 0: as that probe. */
export const COUNTED = 0;
const UNCOUNTED = -1;
export const REJECTED = -2;

/** The shell around the reducer and the window: it asks them, and does what they say. A call passes it twice: `admit`, `settle`. */
export class Circuit {
  readonly stats = new StatsCounter();
  readonly events: BreakerEvents;
  /** Of the callers. */
  readonly signals: AbortListeners;
  readonly #options: CompleteOptions;
  readonly #rules: BreakerRules;
  readonly #window: FailureWindow;
  /** Calls that wait for room: not for a breaker that has opened. */
  readonly #waiting: { dismiss(): void } | undefined;
  #state: BreakerState = INITIAL;
  /** Closed, and not held: the state in which a breaker should be nearly always. */
  #isCounting = true;
  readonly #isTimed: boolean;
  #isEnded = false;
  #timer: ClockTimer | undefined;

  constructor(
    options: CompleteOptions,
    waiting: { dismiss(): void } | undefined,
    events: BreakerEvents,
    signals: AbortListeners,
  ) {
    this.#options = options;
    this.#rules = rulesOf(options);
    this.#window = makeWindow(options.strategy);
    this.#isTimed = this.#window.isTimed;
    this.#waiting = waiting;
    this.events = events;
    this.signals = signals;
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

  /** Of now. */
  counts(waiting: number): BreakerStats {
    if (!this.#isCounting) this.dispatch({ kind: 'elapsed' });
    return this.stats.snapshot(waiting);
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
  startedAt(): Milliseconds | undefined {
    return this.#isTimed || this.events.isHeard ? this.#options.clock.now() : undefined;
  }

  /** Whether a call may be made, and as what. Who is not REJECTED must `settle`. */
  admit(): number {
    const admission = this.#isCounting ? COUNTED : this.#admitSlowly();
    if (admission !== REJECTED) this.stats.running++;
    return admission;
  }

  /** Why a call is rejected now. It is counted. */
  rejection(): CallRejectedError {
    this.stats.rejections++;
    if (this.events.isHeard)
      this.events.emit({ kind: 'call_rejected', reason: this.#isEnded ? 'unavailable' : 'open' });
    return withoutStack(() => this.#makeRejection());
  }

  /** The result of a call. One that was begun in an older state changes nothing. */
  settle(
    generation: number,
    admission: number,
    outcome: Outcome,
    startedAt: Milliseconds | undefined,
    error: unknown,
  ): void {
    this.stats.count(outcome);
    // Nearly all calls: nobody measures, nobody listens, and nothing changes. They allocate nothing.
    if (startedAt === undefined && admission === COUNTED && !this.events.isHeard) {
      if (generation !== this.#state.generation) this.drop('older_state');
      else if (outcome !== 'ignore' && this.#window.record(outcome === 'failure', 0, 0)) {
        this.dispatch({ kind: 'tripped', generation, error });
      }
    } else this.#settleTimed(generation, admission, outcome, startedAt, error);
  }

  /** A result that is not counted. */
  drop(reason: DropReason): void {
    this.stats.droppedResults++;
    this.events.emit({ kind: 'result_dropped', reason });
  }

  /** After its end nothing happens any more. */
  dispatch(input: BreakerInput): readonly BreakerEffect[] {
    if (this.#isEnded) return [];
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

  /** No call is made any more, and no timer is left. What was counted may still be saved. */
  end(): void {
    this.#isEnded = true;
    this.#isCounting = false;
    this.#state = { ...this.#state, generation: this.#state.generation + 1 };
    this.#timer?.cancel();
    this.#waiting?.dismiss();
  }

  #makeRejection(): CallRejectedError {
    const { label, callTimeoutMs, clock } = this.#options;
    if (this.#isEnded) return new BreakerUnavailableError(label);
    const name = nameOf(this.#state);
    const afterMs = retryAfter(this.#state, clock.now());
    const { phase } = this.#state;
    const cause = phase.kind === 'closed' ? undefined : phase.cause;
    // A probe takes no longer than a call may.
    const latestMs = afterMs !== undefined && name === 'half_open' ? Math.min(afterMs, callTimeoutMs) : afterMs;
    return new CircuitOpenError(label, name, latestMs, cause);
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

  #settleTimed(
    generation: number,
    admission: number,
    outcome: Outcome,
    startedAt: Milliseconds | undefined,
    error: unknown,
  ): void {
    const now = this.#options.clock.now();
    const durationMs = startedAt === undefined ? undefined : now - startedAt;
    this.#tell(outcome, durationMs, error);
    if (admission === UNCOUNTED) return;
    if (generation !== this.state.generation) return this.drop('older_state');
    if (admission !== COUNTED) return this.#settleProbe(generation, admission, outcome, durationMs ?? 0, error);
    if (outcome === 'ignore' || !this.#window.record(outcome === 'failure', durationMs ?? 0, now)) return;
    this.dispatch({ kind: 'tripped', generation, error });
  }

  #settleProbe(generation: number, probe: number, outcome: Outcome, durationMs: Milliseconds, error: unknown): void {
    const isSlow = outcome === 'success' && this.#window.isSlow(durationMs);
    this.dispatch({ kind: 'probe_settled', generation, probe, outcome: isSlow ? 'failure' : outcome, error });
  }

  #enter(state: BreakerState): void {
    const isNewEra = state.generation !== this.#state.generation;
    this.#state = state;
    this.#isCounting = state.phase.kind === 'closed' && !state.mode.startsWith('forced');
    if (isNewEra) this.#window.clear();
    if (this.#options.punctual) this.#setTimer();
  }

  #setTimer(): void {
    this.#timer?.cancel();
    const at = nextChange(this.#state.phase);
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
    if (to === 'open' && this.isRejecting) this.#waiting?.dismiss(); // a listener may have reset it, or it may be half-open by now
  }

  #tell(outcome: Outcome, durationMs: Milliseconds | undefined, error: unknown): void {
    if (!this.events.isHeard) return;
    if (outcome === 'success') this.events.emit({ kind: 'call_succeeded', durationMs });
    else this.events.emit({ kind: outcome === 'failure' ? 'call_failed' : 'call_ignored', durationMs, error });
  }
}
