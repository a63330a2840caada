import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { useRuntimes } from '../support/test-runtime.js';
import { Model } from './model.js';
import { type Entry, play, type Scenario, type Step } from './scripted.js';

const newRuntime = useRuntimes();

const label = fc.nat({ max: 99 }).map((n) => `n${n}`);
const state = fc.constantFrom('a', 'b', 'c');
const inserts = fc.array(label, { maxLength: 2 });
const timeout = fc.tuple(
  fc.constantFrom('state', 'event', 'x', 'y'),
  fc.oneof(fc.constantFrom(0, 10, 25, 70), fc.constantFrom('cancel', 'update')),
  label,
);
const timeouts = fc.array(timeout, { maxLength: 3 });
const entry: fc.Arbitrary<Entry> = fc.record({
  to: fc.option(state),
  repeat: fc.boolean(),
  reply: fc.boolean(),
  postpone: fc.boolean(),
  insert: inserts,
  timeouts,
  stop: fc.oneof({ arbitrary: fc.constant(null), weight: 40 }, fc.constantFrom('normal', 'shutdown', 'boom')),
});
/** Names are numbered, as each caller is told apart by the name. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ sleep: fc.constantFrom(5, 15, 30, 100) }),
  fc.record({
    send: fc.array(fc.tuple(fc.constantFrom('call', 'cast', 'info'), fc.constant('m')), { minLength: 1, maxLength: 4 }),
  }),
);
const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    enter: fc.boolean(),
    init: fc.record({ state, insert: inserts, timeouts }),
    plan: fc.array(entry, { maxLength: 40 }),
    steps: fc.array(step, { maxLength: 12 }),
  })
  .map(({ steps, ...rest }) => ({ ...rest, steps: numbered(steps) }));

function numbered(steps: readonly Step[]): readonly Step[] {
  let count = 0;
  return steps.map((one) => ('send' in one ? { send: one.send.map(([kind]) => [kind, `m${++count}`] as const) } : one));
}

test('events, enter calls and timeouts come in the order of a naive interpreter of gen_statem', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      expect(await play(newRuntime(), given)).toEqual(new Model(given).play(given));
    }),
    { numRuns: 250 },
  );
});
