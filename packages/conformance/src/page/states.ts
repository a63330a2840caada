/** What a developer says of an entry that differs from the catalog, or cannot be tested. */
export interface Statement {
  readonly state: 'not_applicable' | 'adapted';
  readonly why: string;
}

/** Reads `states/AREA.json`. Throws an Error that names file and id. */
export function readStates(file: string, text: string): ReadonlyMap<string, Statement> {
  const area = /([A-Z]+)\.json$/.exec(file)?.[1];
  if (area === undefined) throw new Error(`${file}: expected the name of an area, such as SUP.json.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`${file}: expected an object, a member for each id.`);
  }
  return new Map(Object.entries(parsed).map(([id, value]) => [id, checked(file, area, id, value)]));
}

function checked(file: string, area: string, id: string, value: unknown): Statement {
  if (!id.startsWith(`${area}-`)) throw new Error(`${file}: expected ids of the area ${area}, got ${id}.`);
  const { state, why } = (value ?? {}) as Partial<Record<keyof Statement, unknown>>;
  if (state !== 'not_applicable' && state !== 'adapted') {
    throw new Error(
      `${file}: expected the state of ${id} to be not_applicable or adapted, got ${JSON.stringify(state)}.`,
    );
  }
  if (typeof why !== 'string' || why.trim() === '') throw new Error(`${file}: expected ${id} to say why.`);
  return { state, why: why.trim() };
}
