import { describe, expect, test } from '@jest/globals';
import {
  type BreakerEffect,
  type BreakerInput,
  type BreakerRules,
  type BreakerState,
  INITIAL,
  isRejecting,
  nameOf,
  reduce,
  retryAfter,
} from '../src/breaker-state.js';

const rules: BreakerRules = {
  permits: 2,
  successes: 2,
  probeMs: 50,
  openMs: (trips) => 100 * 2 ** trips,
  tripsLeft: (trips, closedMs) => Math.max(0, trips - Math.floor(closedMs / 1000)),
};

const ERROR = new Error('down');
const probe = (id: number, dueAt: number) => ({ id, dueAt });

/** Each state with generation 7. */
const STATES = {
  closed: { mode: 'auto', generation: 7, phase: { kind: 'closed', trips: 0, since: 0 } },
  'closed after trips': { mode: 'auto', generation: 7, phase: { kind: 'closed', trips: 3, since: 0 } },
  open: { mode: 'auto', generation: 7, phase: { kind: 'open', trips: 1, until: 100, cause: ERROR } },
  'half-open': half([], 0),
  'half-open, one probe': half([probe(1, 50)], 0),
  'half-open, two probes': half([probe(1, 50), probe(2, 60)], 0),
  'half-open, one success': half([probe(2, 60)], 1),
  'forced open': { mode: 'forced_open', generation: 7, phase: { kind: 'closed', trips: 0, since: 0 } },
  'forced closed': {
    mode: 'forced_closed',
    generation: 7,
    phase: { kind: 'open', trips: 1, until: 100, cause: ERROR },
  },
} as const satisfies Record<string, BreakerState>;

function half(probes: readonly { id: number; dueAt: number }[], successes: number): BreakerState {
  return {
    mode: 'auto',
    generation: 7,
    phase: { kind: 'half_open', trips: 1, successes, probes, nextProbe: 3, cause: ERROR },
  };
}

const tripped = { kind: 'tripped', generation: 7, error: ERROR } as const;
const asked = { kind: 'asked' } as const;
const elapsed = { kind: 'elapsed' } as const;
const reset = { kind: 'reset' } as const;
const held = (mode: BreakerState['mode']): BreakerInput => ({ kind: 'held', mode });
const settled = (id: number, outcome: 'success' | 'failure' | 'ignore', generation = 7): BreakerInput => ({
  kind: 'probe_settled',
  generation,
  probe: id,
  outcome,
  error: ERROR,
});

/** `to`: the name and how many generations on; nothing: the very same state. */
const TABLE: readonly (readonly [keyof typeof STATES, BreakerInput, number, string | undefined, object?])[] = [
  ['closed', elapsed, 1e9, undefined],
  ['closed', asked, 0, undefined],
  ['closed', tripped, 5, 'open +1', { until: 105, trips: 1, cause: ERROR }],
  ['closed', { ...tripped, generation: 6 }, 5, undefined],
  ['closed', settled(1, 'failure'), 5, undefined],
  ['closed', reset, 5, 'closed +1', { trips: 0, since: 5 }],
  ['closed', held('auto'), 5, undefined],
  ['closed', held('shadow'), 5, 'closed +0', { kind: 'closed' }],
  ['closed', held('forced_open'), 5, 'open +1', { kind: 'closed' }],
  ['closed', held('forced_closed'), 5, 'closed +1', { kind: 'closed' }],
  ['closed after trips', tripped, 0, 'open +1', { until: 800, trips: 4 }],
  ['closed after trips', tripped, 2500, 'open +1', { until: 2700, trips: 2 }],
  ['closed after trips', tripped, 99_999, 'open +1', { until: 100_099, trips: 1 }],
  ['open', elapsed, 99, undefined],
  ['open', asked, 99, undefined],
  ['open', tripped, 99, undefined],
  ['open', settled(1, 'success'), 99, undefined],
  ['open', elapsed, 100, 'half_open +1', { probes: [], successes: 0, trips: 1, cause: ERROR }],
  ['open', asked, 100, 'half_open +1', { probes: [probe(1, 150)], nextProbe: 2 }],
  ['open', asked, 1e9, 'half_open +1', { probes: [probe(1, 1e9 + 50)] }],
  ['open', reset, 50, 'closed +1', { trips: 0 }],
  ['open', held('forced_closed'), 50, 'closed +1', { kind: 'open', until: 100 }],
  ['half-open', elapsed, 1e9, undefined],
  ['half-open', asked, 10, 'half_open +0', { probes: [probe(3, 60)], nextProbe: 4 }],
  ['half-open', tripped, 10, undefined],
  ['half-open, one probe', asked, 10, 'half_open +0', { probes: [probe(1, 50), probe(3, 60)] }],
  ['half-open, one probe', elapsed, 49, undefined],
  ['half-open, one probe', elapsed, 50, 'open +1', { until: 250, trips: 2, cause: ERROR }],
  ['half-open, one probe', elapsed, 249, 'open +1', { until: 250 }],
  ['half-open, one probe', elapsed, 250, 'half_open +2', { probes: [], trips: 2 }],
  ['half-open, one probe', asked, 300, 'half_open +2', { probes: [probe(1, 350)] }],
  ['half-open, one probe', settled(1, 'success'), 10, 'half_open +0', { probes: [], successes: 1 }],
  ['half-open, one probe', settled(1, 'ignore'), 10, 'half_open +0', { probes: [], successes: 0 }],
  ['half-open, one probe', settled(1, 'failure'), 10, 'open +1', { until: 210, trips: 2, cause: ERROR }],
  ['half-open, one probe', settled(1, 'success', 6), 10, undefined],
  ['half-open, one probe', settled(2, 'failure'), 10, undefined],
  ['half-open, one probe', settled(1, 'success'), 50, 'open +1', { until: 250 }],
  ['half-open, one probe', held('forced_open'), 10, 'open +1', { kind: 'half_open', probes: [], successes: 0 }],
  ['half-open, one probe', held('shadow'), 10, 'half_open +0', { probes: [probe(1, 50)] }],
  ['half-open, two probes', asked, 10, undefined],
  ['half-open, two probes', settled(2, 'failure'), 10, 'open +1', { until: 210 }],
  ['half-open, two probes', settled(1, 'ignore'), 10, 'half_open +0', { probes: [probe(2, 60)] }],
  ['half-open, one success', settled(2, 'success'), 10, 'closed +1', { trips: 1, since: 10 }],
  ['half-open, one success', settled(2, 'ignore'), 10, 'half_open +0', { probes: [], successes: 1 }],
  ['half-open, one success', held('forced_open'), 10, 'open +1', { kind: 'half_open', probes: [], successes: 0 }],
  ['half-open, one success', reset, 10, 'closed +1', { trips: 0 }],
  ['forced open', held('auto'), 10, 'closed +1', { kind: 'closed' }],
  ['forced open', held('forced_closed'), 10, 'closed +1', {}],
  ['forced open', held('shadow'), 10, 'closed +1', {}],
  ['forced open', reset, 10, 'open +1', { kind: 'closed' }],
  ['forced closed', held('auto'), 99, 'open +1', { until: 100 }],
  ['forced closed', held('auto'), 100, 'half_open +2', { probes: [] }],
  ['forced closed', elapsed, 100, 'closed +1', { kind: 'half_open' }],
];

test.each(TABLE)('%s, %j at %d: %s', (name, input, now, to, phase = {}) => {
  const before: BreakerState = STATES[name];
  const { state } = reduce(before, input, now, rules);
  const moved = `${nameOf(state)} +${state.generation - before.generation}`;
  expect(state === before ? undefined : moved).toBe(to);
  expect(state.phase).toMatchObject(phase);
});

describe('what is told', () => {
  const effects = (name: keyof typeof STATES, input: BreakerInput, now: number): readonly BreakerEffect[] =>
    reduce(STATES[name], input, now, rules).effects;

  test('each move on the way, in order, with its reason', () => {
    expect(effects('half-open, one probe', asked, 300)).toEqual([
      { kind: 'moved', from: 'half_open', to: 'open', reason: 'probe_overdue', cause: ERROR },
      { kind: 'moved', from: 'open', to: 'half_open', reason: 'open_time_over', cause: ERROR },
      { kind: 'admitted', probe: 1 },
    ]);
  });

  test.each([
    ['closed', tripped, 'failures', 'open'],
    ['half-open, one probe', settled(1, 'failure'), 'probe_failed', 'open'],
    ['half-open, one success', settled(2, 'success'), 'probes_succeeded', 'closed'],
    ['open', reset, 'reset', 'closed'],
  ] as const)('%s, %j: moved because of %s', (name, input, reason, to) => {
    expect(effects(name, input, 10)).toMatchObject([{ kind: 'moved', reason, to }]);
  });

  test('a hold is a change of mode, and a move only if the state is another one', () => {
    expect(effects('closed', held('forced_open'), 1)).toMatchObject([
      { kind: 'mode_changed', from: 'auto', to: 'forced_open' },
      { kind: 'moved', from: 'closed', to: 'open', reason: 'forced' },
    ]);
    expect(effects('closed', held('forced_closed'), 1)).toMatchObject([{ kind: 'mode_changed' }]);
    expect(effects('forced open', reset, 1)).toEqual([]);
  });

  test('nobody is admitted beyond the permits, nor while open', () => {
    expect([effects('half-open, two probes', asked, 10), effects('open', asked, 10)]).toEqual([[], []]);
  });
});

describe('when to try again', () => {
  test.each([
    ['closed', 10, undefined],
    ['open', 40, 60],
    ['half-open', 40, undefined],
    ['half-open, two probes', 40, 10],
    ['forced open', 40, undefined],
  ] as const)('%s at %d: %s', (name, now, expected) => {
    expect(retryAfter(STATES[name], now)).toBe(expected);
  });

  test.each([
    ['closed', false],
    ['open', true],
    ['half-open, one probe', false],
    ['half-open, two probes', true],
    ['forced open', true],
    ['forced closed', false],
  ] as const)('%s rejects: %s', (name, expected) => {
    expect(isRejecting(STATES[name], rules)).toBe(expected);
    expect(isRejecting({ ...STATES[name], mode: 'shadow' }, rules)).toBe(false);
  });
});

test('it begins closed', () => {
  expect(nameOf(INITIAL)).toBe('closed');
});
