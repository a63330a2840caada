import type { Area, Entry } from './catalog.js';
import type { Citation } from './citations.js';
import type { Statement } from './states.js';

/** Where an entry of the catalog stands. `open`: nobody has said anything yet. */
export type State = 'tested' | 'adapted' | 'not_applicable' | 'open';

export interface Finding extends Entry {
  readonly state: State;
  readonly tests: readonly Citation[];
  /** How it is adapted, or why it is left out; empty where there is nothing to say. */
  readonly why: string;
}

export interface Survey {
  readonly areas: readonly (Omit<Area, 'entries'> & { readonly entries: readonly Finding[] })[];
  /** What cannot be: unknown ids. One line each. */
  readonly complaints: readonly string[];
}

/** Puts catalog, tests and statements together. */
export function survey(
  catalog: readonly Area[],
  citations: readonly Citation[],
  statements: ReadonlyMap<string, Statement>,
): Survey {
  const areas = catalog.map(({ key, title, entries }) => ({
    key,
    title,
    entries: entries.map((entry) => {
      const tests = citations.filter(({ id }) => id === entry.id);
      return find(entry, tests, statements.get(entry.id));
    }),
  }));
  return { areas, complaints: complaintsOf(catalog, citations, statements) };
}

/** The ids that have no state yet. */
export function openIds({ areas }: Survey): readonly string[] {
  return areas.flatMap(({ entries }) => entries.filter(({ state }) => state === 'open')).map(({ id }) => id);
}

function find(entry: Entry, tests: readonly Citation[], statement: Statement | undefined): Finding {
  const isTested = tests.length > 0 || entry.isRecorded;
  const why = statement?.why ?? (entry.plan === 'full' ? '' : entry.note);
  if (statement?.state === 'not_applicable') return { ...entry, tests, why, state: 'not_applicable' };
  if (isTested) return { ...entry, tests, why, state: 'tested' };
  if (statement !== undefined) return { ...entry, tests, why, state: 'adapted' };
  return { ...entry, tests, why, state: entry.plan === 'not_applicable' ? 'not_applicable' : 'open' };
}

function complaintsOf(
  catalog: readonly Area[],
  citations: readonly Citation[],
  statements: ReadonlyMap<string, Statement>,
): readonly string[] {
  const ids = new Set(catalog.flatMap(({ entries }) => entries.map(({ id }) => id)));
  const areas = new Set(catalog.map(({ key }) => key));
  const isUnknown = (id: string): boolean => areas.has(id.split('-')[0] ?? '') && !ids.has(id);
  return [
    ...citations
      .filter(({ id }) => isUnknown(id))
      .map(({ id, file, test }) => `${file}: "${test}" cites ${id}, which is not in the catalog.`),
    ...[...statements.keys()].filter(isUnknown).map((id) => `states: ${id} is not in the catalog.`),
  ];
}
