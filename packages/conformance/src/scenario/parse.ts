import { processScenario, processTrace } from './process-shapes.js';
import type { ProcessRecording, ProcessScenario } from './processes.js';
import type { Recording, Scenario } from './scenario.js';
import { MalformedError, object } from './shapes.js';
import { treeScenario, treeTrace } from './tree-shapes.js';

export type AnyRecording = Recording | ProcessRecording;
export type AnyScenario = AnyRecording['scenario'];

/** Whether it is about plain processes instead of a tree of supervisors. */
export function isOfProcesses(recording: AnyRecording): recording is ProcessRecording {
  return 'processes' in recording.scenario;
}

/** One line of a golden file. Throws a MalformedError that says what is wrong and where in the line. */
export function parseRecording(line: string): AnyRecording {
  const value = parseJson(line);
  object({ scenario: object({}) })(value, '');
  const recording = value as AnyRecording;
  const shapes = isOfProcesses(recording)
    ? { scenario: processScenario, trace: processTrace }
    : { scenario: treeScenario, trace: treeTrace };
  object(shapes)(value, '');
  const [wanted, given] = [recording.scenario.steps.length, recording.trace.steps.length];
  if (given !== wanted) throw new MalformedError('trace.steps', `as long as scenario.steps (${wanted})`, given);
  return recording;
}

/** One line of a file of scenarios. */
export function parseScenario(line: string): Scenario | ProcessScenario {
  const value = parseJson(line);
  const isProcesses = typeof value === 'object' && value !== null && 'processes' in value;
  (isProcesses ? processScenario : treeScenario)(value, 'scenario');
  return value as Scenario | ProcessScenario;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new MalformedError('the line', `JSON (${(error as SyntaxError).message})`, line);
  }
}
