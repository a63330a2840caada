import type { Milliseconds } from '@rookery/genserver';

/** `closed`: calls are made. `open`: none is. `half_open`: a few are, to see whether it works again. */
export type BreakerStateName = 'closed' | 'open' | 'half_open';

/** `auto`: as the results say. `forced_open`, `forced_closed`: held by someone. `shadow`: as `auto`, but no call is rejected. */
export type BreakerMode = 'auto' | 'forced_open' | 'forced_closed' | 'shadow';

/** What the result of a call says about the dependency. `ignore`: nothing. */
export type Outcome = 'success' | 'failure' | 'ignore';

/** Why a breaker went from one state to another. */
export type MoveReason =
  'failures' | 'open_time_over' | 'probes_succeeded' | 'probe_failed' | 'probe_overdue' | 'forced' | 'reset';

/** A call that a half-open breaker has let through. */
interface Probe {
  readonly id: number;
  /** Not settled by then: it has failed. */
  readonly dueAt: Milliseconds;
}

/** `trips`: how often it has opened lately; a closed time takes some of it away. It says how long the next open time is. */
type Phase =
  | { readonly kind: 'closed'; readonly trips: number; readonly since: Milliseconds }
  | { readonly kind: 'open'; readonly trips: number; readonly until: Milliseconds; readonly cause: unknown }
  | {
      readonly kind: 'half_open';
      readonly trips: number;
      readonly successes: number;
      readonly probes: readonly Probe[];
      readonly nextProbe: number;
      readonly cause: unknown;
    };

export interface BreakerState {
  readonly mode: BreakerMode;
  /** Counts up whenever the past stops to matter: a result that belongs to an older generation changes nothing. */
  readonly generation: number;
  readonly phase: Phase;
}

export type BreakerInput =
  /** Time has passed, and nothing else. */
  | { readonly kind: 'elapsed' }
  /** The calls since it closed are too bad to go on. */
  | { readonly kind: 'tripped'; readonly generation: number; readonly error: unknown }
  /** A call wants to be a probe. */
  | { readonly kind: 'asked' }
  | {
      readonly kind: 'probe_settled';
      readonly generation: number;
      readonly probe: number;
      readonly outcome: Outcome;
      readonly error: unknown;
    }
  | { readonly kind: 'held'; readonly mode: BreakerMode }
  | { readonly kind: 'reset' };

export type BreakerEffect =
  | {
      readonly kind: 'moved';
      readonly from: BreakerStateName;
      readonly to: BreakerStateName;
      readonly reason: MoveReason;
      readonly cause: unknown;
    }
  /** The call that asked is a probe. Without this effect it is rejected. */
  | { readonly kind: 'admitted'; readonly probe: number }
  | { readonly kind: 'mode_changed'; readonly from: BreakerMode; readonly to: BreakerMode };

export interface Transition {
  readonly state: BreakerState;
  readonly effects: readonly BreakerEffect[];
}

/** What the reducer goes by. */
export interface BreakerRules {
  /** How many probes at a time. */
  readonly permits: number;
  /** How many of them must succeed. */
  readonly successes: number;
  /** How long one may take. */
  readonly probeMs: Milliseconds;
  /** How long it stays open, after so many trips before. Asked once for each opening: chance may be in it. */
  openMs(trips: number): Milliseconds;
  /** How many trips are left of so many after this time closed. */
  tripsLeft(trips: number, closedMs: Milliseconds): number;
}

export const INITIAL: BreakerState = { mode: 'auto', generation: 0, phase: { kind: 'closed', trips: 0, since: 0 } };

/** What a state is called. Only right when all that time brings has happened: see the input `elapsed`. */
export function nameOf({ mode, phase }: BreakerState): BreakerStateName {
  if (mode === 'forced_open') return 'open';
  return mode === 'forced_closed' ? 'closed' : phase.kind;
}

/** How long a call that is rejected now should wait: exact while open, at the latest while half-open; undefined if held open. */
export function retryAfter({ mode, phase }: BreakerState, now: Milliseconds): Milliseconds | undefined {
  const at = mode === 'forced_open' ? undefined : nextChange(phase);
  return at === undefined ? undefined : Math.max(0, at - now);
}

/** When time alone changes it; undefined if it does not. */
export function nextChange(phase: Phase): Milliseconds | undefined {
  if (phase.kind === 'closed') return undefined;
  if (phase.kind === 'open') return phase.until;
  return phase.probes.length === 0 ? undefined : Math.min(...phase.probes.map(({ dueAt }) => dueAt));
}

/** Whether a call that came now would be rejected, time having done its part. */
export function isRejecting({ mode, phase }: BreakerState, { permits }: BreakerRules): boolean {
  if (mode !== 'auto') return mode === 'forced_open';
  return phase.kind === 'open' || (phase.kind === 'half_open' && phase.probes.length >= permits);
}

/** The whole breaker: what becomes of it, and what has to be done or told. First comes what time has brought meanwhile. */
export function reduce(before: BreakerState, input: BreakerInput, now: Milliseconds, rules: BreakerRules): Transition {
  const effects: BreakerEffect[] = [];
  let state = before;
  for (let next = elapse(state, now, rules); next !== undefined; next = elapse(state, now, rules)) {
    state = take(next, state, effects);
  }
  const next = (STEPS[input.kind] as StepOf<BreakerInput>)(state, input, now, rules); // its own kind, by the table's type
  return { state: next === undefined ? state : take(next, state, effects), effects };
}

/** A new phase and why, or something smaller. */
interface Step {
  readonly state: BreakerState;
  readonly reason?: MoveReason;
  readonly cause?: unknown;
  readonly admitted?: number;
}

function take({ state, reason, cause, admitted }: Step, before: BreakerState, effects: BreakerEffect[]): BreakerState {
  const [from, to] = [nameOf(before), nameOf(state)];
  if (before.mode !== state.mode) effects.push({ kind: 'mode_changed', from: before.mode, to: state.mode });
  if (reason !== undefined && from !== to) effects.push({ kind: 'moved', from, to, reason, cause });
  if (admitted !== undefined) effects.push({ kind: 'admitted', probe: admitted });
  return state;
}

/** One step that time brings; undefined if there is none (left). Each leads from a moment to a later one, so they end. */
function elapse(state: BreakerState, now: Milliseconds, rules: BreakerRules): Step | undefined {
  const { phase } = state;
  const at = nextChange(phase);
  if (at === undefined || now < at) return undefined;
  if (phase.kind === 'open') return halfOpened(state, phase);
  return phase.kind === 'half_open' ? opened(state, at, phase, 'probe_overdue', rules, phase.cause) : undefined;
}

type HalfOpen = Extract<Phase, { kind: 'half_open' }>;
type Settled = Extract<BreakerInput, { kind: 'probe_settled' }>;
type StepOf<Input> = (state: BreakerState, input: Input, now: Milliseconds, rules: BreakerRules) => Step | undefined;

const STEPS: { readonly [Kind in BreakerInput['kind']]: StepOf<Extract<BreakerInput, { kind: Kind }>> } = {
  elapsed: () => undefined,
  tripped: (state, { generation, error }, now, rules) => {
    const { phase } = state;
    if (phase.kind !== 'closed' || generation !== state.generation) return undefined;
    const trips = rules.tripsLeft(phase.trips, now - phase.since);
    return opened(state, now, { trips }, 'failures', rules, error);
  },
  asked: (state, _, now, rules) =>
    state.phase.kind === 'half_open' ? asked(state, state.phase, now, rules) : undefined,
  probe_settled: (state, input, now, rules) => {
    if (state.phase.kind !== 'half_open' || input.generation !== state.generation) return undefined;
    return settled(state, state.phase, input, now, rules);
  },
  held: (state, { mode }) => (mode === state.mode ? undefined : held(state, mode)),
  reset: (state, _, now) => ({ state: entered(state, { kind: 'closed', trips: 0, since: now }), reason: 'reset' }),
};

function asked(state: BreakerState, phase: HalfOpen, now: Milliseconds, rules: BreakerRules): Step | undefined {
  if (phase.probes.length >= rules.permits) return undefined;
  const probe = { id: phase.nextProbe, dueAt: now + rules.probeMs };
  const probes = [...phase.probes, probe];
  return { state: { ...state, phase: { ...phase, probes, nextProbe: probe.id + 1 } }, admitted: probe.id };
}

function settled(
  state: BreakerState,
  phase: HalfOpen,
  { probe, outcome, error }: Settled,
  now: Milliseconds,
  rules: BreakerRules,
): Step | undefined {
  const probes = phase.probes.filter(({ id }) => id !== probe);
  if (probes.length === phase.probes.length) return undefined;
  if (outcome === 'failure') return opened(state, now, phase, 'probe_failed', rules, error);
  const successes = phase.successes + (outcome === 'success' ? 1 : 0);
  if (successes < rules.successes) return { state: { ...state, phase: { ...phase, probes, successes } } };
  const closed: Phase = { kind: 'closed', trips: phase.trips, since: now };
  return { state: entered(state, closed), reason: 'probes_succeeded' };
}

/** What was below goes on when a hold ends, by the time that has passed. Results from before, or from meanwhile, do not. */
function held(state: BreakerState, mode: BreakerMode): Step {
  const isHold = (one: BreakerMode): boolean => one === 'forced_open' || one === 'forced_closed';
  if (!isHold(mode) && !isHold(state.mode)) return { state: { ...state, mode } };
  const { phase } = state;
  const below = phase.kind === 'half_open' ? { ...phase, successes: 0, probes: [] } : phase;
  return { state: { ...entered(state, below), mode }, reason: 'forced' };
}

function opened(
  state: BreakerState,
  at: Milliseconds,
  { trips }: { readonly trips: number },
  reason: MoveReason,
  rules: BreakerRules,
  cause: unknown,
): Step {
  const phase: Phase = { kind: 'open', trips: trips + 1, until: at + rules.openMs(trips), cause };
  return { state: entered(state, phase), reason, cause };
}

function halfOpened(state: BreakerState, { trips, cause }: { readonly trips: number; readonly cause: unknown }): Step {
  const phase: Phase = { kind: 'half_open', trips, successes: 0, probes: [], nextProbe: 1, cause };
  return { state: entered(state, phase), reason: 'open_time_over', cause };
}

function entered(state: BreakerState, phase: Phase): BreakerState {
  return { mode: state.mode, generation: state.generation + 1, phase };
}
