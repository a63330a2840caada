import { describe, expect, test } from '@jest/globals';
import { parseRecording, parseScenario } from '../../src/scenario/parse.js';
import { goldenLines, someRecording } from '../recording.js';

const { scenario, trace } = someRecording();
const [worker] = scenario.root.children;

function line(changes: object, traceChanges: object = {}): string {
  return JSON.stringify({ scenario: { ...scenario, ...changes }, trace: { ...trace, ...traceChanges } });
}

function processes(changes: object, traceChanges: object = {}): string {
  const recording = JSON.parse(goldenLines('processes')[0] ?? '') as Record<'scenario' | 'trace', object>;
  return JSON.stringify({
    scenario: { ...recording.scenario, ...changes },
    trace: { ...recording.trace, ...traceChanges },
  });
}

function withChild(child: unknown): string {
  return line({ root: { ...scenario.root, children: [child] } });
}

const malformed: readonly (readonly [string, string, string])[] = [
  ['no JSON', '{"scenario":', 'Expected the line to be JSON'],
  ['no object', '[]', 'Expected the line to be an object, got []'],
  ['no scenario', '{}', 'Expected scenario to be an object, got nothing'],
  ['no trace', JSON.stringify({ scenario }), 'Expected trace to be an object, got nothing'],
  ['an empty id', line({ id: '' }), 'Expected scenario.id to be a non-empty string, got ""'],
  ['a strategy that is none', line({ root: { ...scenario.root, strategy: 'all' } }), 'scenario.root.strategy'],
  ['a worker as root', line({ root: worker }), 'Expected scenario.root'],
  ['a child of no kind', withChild({ ...worker, kind: 'task' }), 'scenario.root.children[0].kind'],
  ['a negative shutdown', withChild({ ...worker, shutdown: -1 }), 'an integer >= 0, or one of infinity, brutal_kill'],
  ['an attempt that is none', withChild({ ...worker, init: ['maybe'] }), 'scenario.root.children[0].init[0]'],
  ['an unknown step', line({ steps: [{ op: 'dance' }] }), 'Expected scenario.steps[0].op to be one of exit, signal'],
  ['a reason that is none', line({ steps: [{ op: 'exit', target: 'w1', reason: 7 }] }), 'scenario.steps[0].reason'],
  ['a batch without pairs', line({ steps: [{ op: 'batch', sup: 'root', exits: [['w1']] }] }), 'exits[0][1]'],
  ['traces for fewer steps', line({}, { steps: [] }), 'Expected trace.steps to be as long as scenario.steps'],
  [
    'an event of no kind',
    line({}, { start: { ...trace.start, events: [['born', 'w1', 1]] } }),
    'trace.start.events[0][0]',
  ],
  ['a process that does what none can do', processes({ steps: [{ from: 'p1', do: [{ op: 'fork' }] }] }), 'do[0].op'],
  ['traces for fewer steps of processes', processes({}, { steps: [] }), 'Expected trace.steps to be as long'],
  ['no final tree', line({}, { final: undefined }), 'Expected trace.final to be there'],
];

describe('a malformed line is refused, and the message says where', () => {
  test.each(malformed)('%s', (_, text, message) => {
    expect(() => parseRecording(text)).toThrow(message);
  });
});

test('a line of a file of scenarios', () => {
  expect(parseScenario(JSON.stringify(scenario))).toEqual(scenario);
  expect(() => parseScenario('{"id":"x"}')).toThrow('Expected scenario.root to be an object');
});
