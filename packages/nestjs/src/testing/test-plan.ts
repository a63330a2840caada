import type { DiscoveryService } from '@nestjs/core';
import { type ChildSpec, type GenServer, Runtime, type ServerClass } from '@rookery/genserver';
import type { InjectionTarget } from '../decorators/tokens.js';
import {
  childrenOf,
  type Declaration,
  flatten,
  namesOf,
  specsOf,
  type SupervisorDeclaration,
  typesOf,
} from '../tree/declaration.js';
import { refProviders } from '../tree/server-providers.js';
import { TreePlan } from '../tree/tree-plan.js';
import { closeRef } from './closed-ref.js';
import { notInTree } from './errors.js';
import { fakeInstance } from './fake-instance.js';
import { FakeRecord, type HandlersSource } from './fake-record.js';

/** What a test wants of the tree: a part of it, and fakes. */
export class TestPlan extends TreePlan {
  readonly #fakes = new Map<ServerClass, FakeRecord>();
  #only: readonly InjectionTarget[] | undefined;
  #discovery: DiscoveryService | undefined;
  #all: readonly Declaration[] | undefined;
  #started: ReadonlySet<unknown> = new Set();
  /** A supervisor is copied when its children are chosen. */
  readonly #copied = new Map<ChildSpec, ChildSpec>();

  /** Once more: these, too. */
  startOnly(targets: readonly InjectionTarget[]): void {
    this.#only = [...(this.#only ?? []), ...targets];
  }

  /** Throws an InvalidOptionError for handlers that make no sense. */
  fake(serverClass: ServerClass, source: HandlersSource): void {
    this.#fakes.set(serverClass, new FakeRecord(serverClass, source));
  }

  fakeOf(serverClass: ServerClass): FakeRecord | undefined {
    return this.#fakes.get(serverClass);
  }

  /** How the refs are found that Nest has injected. */
  injectedBy(discovery: DiscoveryService): this {
    this.#discovery = discovery;
    return this;
  }

  /** Where it stands in the tree; undefined if it does not, or nobody has begun to start the tree. */
  declarationOf(target: InjectionTarget): Declaration | undefined {
    return this.#all?.find((each) => each.kind !== 'feature' && isIt(each, target));
  }

  /** Whether it is declared, and not among what is started. */
  isOutside(target: InjectionTarget): boolean {
    const declaration = this.declarationOf(target);
    if (declaration === undefined) return false;
    const spec = specsOf(declaration).find((each) => isSpecOf(each, target));
    return !this.#started.has(spec ?? identityOf(declaration));
  }

  override partOf(tree: SupervisorDeclaration): SupervisorDeclaration {
    const all = flatten(tree);
    const stranger = this.#only?.find((target) => !all.some((each) => isIt(each, target)));
    if (stranger !== undefined) throw notInTree(nameOf(stranger), 'startOnly');
    const part = this.#only === undefined ? tree : { ...tree, children: this.#childrenOf(tree) };
    this.#all = all;
    const started = flatten(part);
    const specs = started.flatMap(specsOf).map((spec) => this.#copied.get(spec) ?? spec);
    this.#started = new Set([...started.map(identityOf), ...specs]);
    this.#closeRefs(all);
    return part;
  }

  override needs(declaration: Declaration): boolean {
    return this.#only === undefined || this.#only.some((target) => isIt(declaration, target));
  }

  override isReplaced(serverClass: ServerClass): boolean {
    return this.#fakes.has(serverClass);
  }

  override replacementFor(serverClass: ServerClass): GenServer<unknown> | undefined {
    const fake = this.#fakes.get(serverClass);
    return fake && fakeInstance(fake);
  }

  /** Those that are wanted, with all that is below them, and the supervisors on the way to them. */
  #childrenOf(tree: SupervisorDeclaration): readonly Declaration[] {
    if (this.needs(tree)) return tree.children;
    return tree.children.flatMap((child): readonly Declaration[] => {
      if (child.kind === 'spec') return this.#partOfSpec(child.spec).map((spec) => ({ ...child, spec }));
      if (this.needs(child) || (child.kind === 'server' && this.#fakes.has(child.type))) return [child];
      if (child.kind !== 'supervisor') return [];
      const children = this.#childrenOf(child);
      return children.length === 0 ? [] : [{ ...child, children }];
    });
  }

  #partOfSpec(spec: ChildSpec): readonly ChildSpec[] {
    if (this.#only?.some((target) => isSpecOf(spec, target)) || this.#fakes.has(spec.serverClass)) return [spec];
    const children = childrenOf(spec).flatMap((each) => this.#partOfSpec(each));
    if (children.length === 0) return [];
    const copy = withChildren(spec, children);
    this.#copied.set(copy, spec);
    return [copy];
  }

  /** Who uses one of what is outside is told so, unless the test has put something else there. */
  #closeRefs(all: readonly Declaration[]): void {
    const providers = this.#discovery?.getProviders() ?? [];
    for (const declaration of all.flatMap(oneByOne)) {
      if (this.#started.has(identityOf(declaration))) continue;
      const { name = 'it' } = namesOf(declaration)[0] ?? {};
      for (const { provide } of refProviders([declaration])) {
        const own = providers.find(({ token, inject }) => token === provide && inject?.[0] === Runtime);
        if (own !== undefined) closeRef(own.instance, String(name));
      }
    }
  }
}

/** Without those below a supervisor, which are declarations of their own, and each specification below another by itself. */
function oneByOne(declaration: Declaration): readonly Declaration[] {
  if (declaration.kind === 'supervisor') return [{ ...declaration, children: [] }];
  if (declaration.kind !== 'spec') return [declaration];
  return specsOf(declaration).map((spec) => ({ kind: 'spec', spec }));
}

function withChildren(spec: ChildSpec, children: readonly ChildSpec[]): ChildSpec {
  const [plan] = (spec.start.args ?? []) as readonly [object];
  return { ...spec, start: { ...spec.start, args: [{ ...plan, children }] } };
}

function identityOf(declaration: Declaration): unknown {
  if (declaration.kind === 'spec') return declaration.spec;
  return declaration.kind === 'feature' ? declaration.slot : declaration.type;
}

function isIt(declaration: Declaration, target: InjectionTarget): boolean {
  if (typeof target === 'string') return namesOf(declaration).some(({ name }) => name === target);
  if (typeof target === 'function') return typesOf(declaration).some((type) => type === target);
  return specsOf(declaration).includes(target);
}

function isSpecOf(spec: ChildSpec, target: InjectionTarget): boolean {
  return typeof target === 'string' ? spec.start.name === target : spec === target;
}

/** For messages. */
export function nameOf(target: InjectionTarget): string {
  if (typeof target === 'string') return `"${target}"`;
  if (typeof target === 'function') return target.name;
  const { serverClass, start } = target;
  return start.name === undefined ? serverClass.name : String(start.name);
}
