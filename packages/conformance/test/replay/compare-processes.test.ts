import { expect, test } from '@jest/globals';
import { compareProcesses } from '../../src/replay/compare.js';
import type { ProcessRecording, ProcessTrace } from '../../src/scenario/processes.js';
import type { Json } from '../../src/scenario/scenario.js';

function recording(messages: readonly Json[], exits: readonly (readonly [string, Json])[] = []): ProcessRecording {
  const scenario = { id: 'x', processes: 2, steps: [{ from: 'p1', do: [] }] };
  return { scenario, trace: { steps: [{ result: [], exits, messages: { p1: messages } }], final: { p1: {} } } };
}

function traceOf(messages: readonly Json[]): ProcessTrace {
  return recording(messages).trace;
}

const [first, second] = [
  ['message', 'p2', 'a'],
  ['message', 'p2', 'b'],
];
const other = ['message', 'p3', 'c'];
const exit = ['exit', 'p2', 'boom'];
const down = ['down', 'p2', 'm1', 'boom'];

test.each([
  ['the same', [first, other], [first, other], undefined],
  ['messages of two senders in another order', [first, other], [other, first], undefined],
  ['messages of one sender in another order', [first, second], [second, first], 'step 1'],
  ['exit signal and DOWN of one process in another order', [exit, down], [down, exit], undefined],
  ['a message too few', [first, second], [first], 'step 1'],
  ['another reason', [exit], [['exit', 'p2', 'killed']], 'step 1'],
])('%s', (_, expected, got, where) => {
  expect(compareProcesses(recording(expected), traceOf(got))?.where.slice(0, 6)).toBe(where);
});

test('another end, and another state at the end', () => {
  const [ended, alive] = [recording([], [['p1', 'boom']]), recording([])];
  expect(compareProcesses(ended, alive.trace)?.expected).toContain('exit ["p1","boom"]');
  expect(compareProcesses(alive, { ...alive.trace, final: {} })?.where).toBe('the end');
});
