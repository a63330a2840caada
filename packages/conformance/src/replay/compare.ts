import { isDeepStrictEqual } from 'node:util';
import type { Json, Recording, Trace } from '../scenario/scenario.js';

/** The first part of a scenario in which two traces differ; what comes later follows from it. */
export interface Difference {
  /** `start`, `step 3: …` or `the tree at the end`. */
  readonly where: string;
  readonly expected: readonly string[];
  readonly got: readonly string[];
}

interface Part {
  readonly where: string;
  readonly lines: readonly string[];
}

/** Undefined when the traces are the same. */
export function compare({ scenario, trace }: Recording, actual: Trace): Difference | undefined {
  const names = scenario.steps.map((step, index) => `step ${index + 1}: ${JSON.stringify(step)}`);
  const got = partsOf(actual, names);
  for (const [index, { where, lines }] of partsOf(trace, names).entries()) {
    const other = got[index]?.lines ?? [];
    if (!isDeepStrictEqual(lines, other)) return { where, expected: lines, got: other };
  }
  return undefined;
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
