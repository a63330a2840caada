import { describe, expect, test } from '@jest/globals';
import { compare } from '../../src/replay/compare.js';
import { replay } from '../../src/replay/replay.js';
import { sideBySide } from '../../src/replay/side-by-side.js';
import type { Recording, Trace, TraceEvent } from '../../src/scenario/scenario.js';
import { someRecording } from '../recording.js';

const recording = someRecording();
const { start, steps, final } = recording.trace;
const [first, ...rest] = steps;
if (first === undefined) throw new Error('The recording has no step.');

function withStep(changes: Partial<typeof first>): Trace {
  return { start, steps: [{ ...(first as (typeof steps)[number]), ...changes }, ...rest], final };
}

const other: TraceEvent = ['exit', 'nobody', 1, 'normal'];
const changed: readonly (readonly [string, Trace, string])[] = [
  ['an event too many', withStep({ events: [...first.events, other] }), 'step 1'],
  ['an event too few', withStep({ events: first.events.slice(1) }), 'step 1'],
  ['another order', withStep({ events: first.events.toReversed() }), 'step 1'],
  ['another result', withStep({ result: 'not_alive' }), 'step 1'],
  ['a root that is down', withStep({ root: 'down' }), 'step 1'],
  ['another start', { start: { ...start, result: { error: 'boom' } }, steps, final }, 'start'],
  ['a step too few', { start, steps: rest, final }, 'step 1'],
  ['another tree at the end', { start, steps, final: null }, 'the tree at the end'],
];

describe('a changed trace is found', () => {
  test.each(changed)('%s', (_, trace, where) => {
    expect(compare(recording, trace)?.where).toMatch(new RegExp(`^${where}`));
  });

  test('whichever side was changed', async () => {
    const actual = await replay(recording.scenario);
    expect(compare(recording, actual)).toBeUndefined();
    const tampered: Recording = { scenario: recording.scenario, trace: withStep({ events: [other] }) };
    expect(compare(tampered, actual)?.expected[0]).toBe('["exit","nobody",1,"normal"]');
  });
});

test('the order of the members of an object means nothing', () => {
  const [a, b] = [withStep({ result: { x: 1, y: 2 } }), withStep({ result: { y: 2, x: 1 } })];
  expect(compare({ ...recording, trace: a }, b)).toBeUndefined();
});

test('a difference is shown side by side, with equal lines next to each other', () => {
  const shown = sideBySide({ where: 'step 1: {}', expected: ['a', 'bb', 'c'], got: ['a', 'c', 'd'] });
  expect(shown.split('\n')).toEqual([
    '  at step 1: {}',
    '    OTP │ here',
    '    a   │ a',
    '  ≠ bb  │',
    '    c   │ c',
    '  ≠     │ d',
  ]);
});

test('a line that is too long for a column is cut', () => {
  const shown = sideBySide({ where: 'start', expected: ['x'.repeat(500)], got: ['y'.repeat(500)] });
  expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThan(160);
});
