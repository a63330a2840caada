import { type DynamicModule, Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { TreeError } from '../errors.js';
import { type Declaration, flatten, type SupervisorDeclaration } from './declaration.js';
import { checkTogether } from './read-tree.js';
import type { TreePlan } from './tree-plan.js';

/** What one `forFeature` gave: children for one place. Injected by itself into the module that Nest makes of it. */
export class Contribution {
  constructor(
    readonly at: string,
    readonly children: readonly Declaration[],
    /** What `forFeature` gave, as it stands in the imports of a module; undefined where it came otherwise. */
    readonly module: DynamicModule | undefined,
    /** Where it stands if the tree keeps no such place: among the last children of the root. Otherwise that fails the boot. */
    readonly elsewhere?: 'last_of_root',
  ) {}
}

/** Gathers what the feature modules contribute while Nest makes them, and puts it into its places. */
@Injectable()
export class Features {
  readonly #contributions: Contribution[] = [];
  #isClosed = false;

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** Throws a TreeError when the tree is up already: the module was loaded lazily. */
  add(contribution: Contribution): Contribution {
    if (this.#isClosed) throw tooLate(contribution.at);
    this.#contributions.push(contribution);
    return contribution;
  }

  /** The tree with its places filled; none can be filled later. Throws a TreeError for a place that does not fit. */
  fill(tree: SupervisorDeclaration, plan: Pick<TreePlan, 'needs'>): SupervisorDeclaration {
    this.#isClosed = true;
    const byPlace = new Map<string, Contribution>();
    for (const each of this.#contributions) {
      if (byPlace.has(each.at)) throw this.#taken(each.at);
      byPlace.set(each.at, each);
    }
    const filled = fillPlaces(tree, byPlace, plan, plan.needs(tree));
    const left = [...byPlace.values()];
    const surplus = left.find(({ elsewhere }) => elsewhere === undefined);
    if (surplus !== undefined) throw unknown(surplus.at, this.#moduleOf(surplus), placesOf(tree));
    const whole = { ...filled, children: [...filled.children, ...left.flatMap(({ children }) => children)] };
    checkTogether([whole]);
    return whole;
  }

  #taken(name: string): TreeError {
    const modules = this.#contributions.filter(({ at }) => at === name).map((each) => this.#moduleOf(each));
    return taken(name, modules);
  }

  /** The module that imports it, by its decorator: a global module is among the imports of all, as Nest sees it. */
  #moduleOf(contribution: Contribution): string {
    const importer = [...this.modules.values()].find(({ metatype }) => {
      const imports: unknown = Reflect.getMetadata('imports', metatype);
      return Array.isArray(imports) && imports.includes(contribution.module);
    });
    return importer?.name ?? 'unknown';
  }
}

/** What has found its place is taken out of the map. */
function fillPlaces(
  tree: SupervisorDeclaration,
  byPlace: Map<string, Contribution>,
  plan: Pick<TreePlan, 'needs'>,
  isNeeded: boolean,
): SupervisorDeclaration {
  const fill = (child: Declaration): readonly Declaration[] => {
    if (child.kind === 'supervisor') return [fillPlaces(child, byPlace, plan, isNeeded || plan.needs(child))];
    if (child.kind !== 'feature') return [child];
    const { name, isOptional } = child.slot;
    const found = byPlace.get(name);
    byPlace.delete(name);
    if (found === undefined && !isOptional && isNeeded) throw missing(name, tree.type.name);
    return (found?.children ?? []).flatMap(fill);
  };
  return { ...tree, children: tree.children.flatMap(fill) };
}

function placesOf(tree: SupervisorDeclaration): readonly string[] {
  return flatten(tree).flatMap((each) => (each.kind === 'feature' ? [each.slot.name] : []));
}

function missing(name: string, supervisor: string): TreeError {
  return new TreeError(
    'feature_missing',
    supervisor,
    `${supervisor} keeps a place by feature('${name}'), and no module of the application fills it: import the one that has ` +
      `SupervisionModule.forFeature({ at: '${name}', … }), or write feature('${name}', { optional: true }).`,
  );
}

function taken(name: string, modules: readonly string[]): TreeError {
  return new TreeError(
    'feature_taken',
    name,
    `More than one forFeature({ at: '${name}' }) is in the application (modules ${modules.join(', ')}). A place has ` +
      'one module, so that the tree says the order: give each a place of its own, or import the same one.',
  );
}

function unknown(name: string, module: string, places: readonly string[]): TreeError {
  const known = places.length === 0 ? 'it has none' : `it has ${places.map((each) => `'${each}'`).join(', ')}`;
  return new TreeError(
    'feature_unknown',
    name,
    `forFeature({ at: '${name}' }) of module ${module} finds no feature('${name}') in the tree (${known}): put it into the children ` +
      'list of a supervisor.',
  );
}

function tooLate(name: string): TreeError {
  return new TreeError(
    'feature_too_late',
    name,
    `forFeature({ at: '${name}' }) comes with a module that was loaded lazily, when the tree was up: import that module at the start, ` +
      'or start what it brings under a @DynamicSupervisor, by startChild(child(TheClass)).',
  );
}
