import { InvalidOptionError } from '../errors.js';

interface Dependent {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/**
 * Dependencies first, otherwise as listed. A dependency that is not in the list is left to the start, which knows what runs
 * already; one that depends on itself, directly or through others, is refused.
 */
export function startOrder<T extends Dependent>(given: readonly T[]): readonly T[] {
  const byName = new Map(given.map((one) => [one.name, one]));
  if (byName.size < given.length) throw new InvalidOptionError('applications', 'a list of different names', given);
  const ordered = new Set<T>();
  const visit = (one: T, path: readonly string[]): void => {
    if (path.includes(one.name)) {
      const circle = [...path.slice(path.indexOf(one.name)), one.name].join(' → ');
      throw new InvalidOptionError('dependsOn', 'without a circle', circle);
    }
    for (const name of one.dependsOn) {
      const dependency = byName.get(name);
      if (dependency !== undefined) visit(dependency, [...path, one.name]);
    }
    ordered.add(one);
  };
  for (const one of given) visit(one, []);
  return [...ordered];
}
