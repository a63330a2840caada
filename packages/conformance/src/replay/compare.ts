import { isDeepStrictEqual } from 'node:util';
import type { ProcessRecording, ProcessStepTrace, ProcessTrace } from '../scenario/processes.js';
import type { Json, Recording, Trace } from '../scenario/scenario.js';

/** The first part of a scenario in which two traces differ; what comes later follows from it. */
export interface Difference {
  /** `start`, `step 3: …` or `the tree at the end`. */
  readonly where: string;
  readonly expected: readonly string[];
  readonly got: readonly string[];
}

/** What is compared at once. */
interface Part {
  readonly where: string;
  readonly lines: readonly string[];
}

/** Undefined when the traces are the same. */
export function compare({ scenario, trace }: Recording, actual: Trace): Difference | undefined {
  const names = namesOf(scenario.steps);
  return firstDifference(partsOf(trace, names), partsOf(actual, names));
}

/** The same for traces of plain processes. */
export function compareProcesses({ scenario, trace }: ProcessRecording, actual: ProcessTrace): Difference | undefined {
  const names = namesOf(scenario.steps);
  return firstDifference(processParts(trace, names), processParts(actual, names));
}

function firstDifference(expected: readonly Part[], got: readonly Part[]): Difference | undefined {
  for (const [index, { where, lines }] of expected.entries()) {
    const other = got[index]?.lines ?? [];
    if (!isDeepStrictEqual(lines, other)) return { where, expected: lines, got: other };
  }
  return undefined;
}

function namesOf(steps: readonly object[]): readonly string[] {
  return steps.map((step, index) => `step ${index + 1}: ${JSON.stringify(step)}`);
}

function processParts({ steps, final }: ProcessTrace, names: readonly string[]): readonly Part[] {
  return [
    ...steps.map(({ result, exits, messages }, index) => ({
      where: names[index] ?? `step ${index + 1}`,
      lines: [
        `result ${show(result)}`,
        ...exits.map((exit) => `exit ${show(exit)}`),
        ...perName('got', inFixedOrder(messages)),
      ],
    })),
    { where: 'the end', lines: perName('alive', final as Readonly<Record<string, Json>>) },
  ];
}

/**
 * By sender, as only the order of messages of one sender is promised; and from one sender news of a monitor last: whether
 * the exit signal of a link or the DOWN of a monitor comes first is not.
 */
function inFixedOrder(messages: ProcessStepTrace['messages']): ProcessStepTrace['messages'] {
  const keyOf = (message: Json): string => {
    const [kind, sender] = message as readonly [string, string];
    return `${sender} ${kind === 'down' ? 1 : 0}`;
  };
  const compareKeys = (a: Json, b: Json): number => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return x === y ? 0 : x < y ? -1 : 1;
  };
  return Object.fromEntries(Object.entries(messages).map(([name, got]) => [name, got.toSorted(compareKeys)]));
}

function perName(word: string, values: Readonly<Record<string, Json>>): readonly string[] {
  const sorted = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, value]) => `${name} ${word} ${show(value)}`);
}

function partsOf({ start, steps, final }: Trace, names: readonly string[]): readonly Part[] {
  return [
    { where: 'start', lines: [...start.events.map(show), `result ${show(start.result)}`] },
    ...steps.map(({ result, events, root }, index) => ({
      where: names[index] ?? `step ${index + 1}`,
      lines: [...events.map(show), `result ${show(result)}`, `root ${root}`],
    })),
    { where: 'the tree at the end', lines: treeLines(final) },
  ];
}

function show(value: Json): string {
  return JSON.stringify(canonical(value));
}

/** A line a process, children below their supervisor. */
function treeLines(tree: Json, indent = ''): readonly string[] {
  if (typeof tree !== 'object' || tree === null) return [indent + show(tree)];
  const { children = [], ...node } = tree as { readonly children?: readonly Json[] };
  return [indent + show(node), ...children.flatMap((child) => treeLines(child, `${indent}  `))];
}

/** Members in one order, so that equal values are equal as text. */
function canonical(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((entry: Json) => canonical(entry));
  const sorted = Object.entries(value as Readonly<Record<string, Json>>).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, member]) => [name, canonical(member)]));
}
