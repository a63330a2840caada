import type { DiscoveryService } from '@nestjs/core';
import { type GenServer, Runtime, type ServerClass } from '@rookery/genserver';
import type { InjectionTarget } from '../decorators/tokens.js';
import {
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

  isStarted(declaration: Declaration): boolean {
    return this.#started.has(identityOf(declaration));
  }

  override partOf(tree: SupervisorDeclaration): SupervisorDeclaration {
    const all = flatten(tree);
    const stranger = this.#only?.find((target) => !all.some((each) => isIt(each, target)));
    if (stranger !== undefined) throw notInTree(nameOf(stranger), 'startOnly');
    const part = this.#only === undefined ? tree : { ...tree, children: this.#childrenOf(tree) };
    this.#all = all;
    this.#started = new Set(flatten(part).map(identityOf));
    this.#closeRefs(all.filter((each) => !this.isStarted(each)));
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
    return tree.children.flatMap((child) => {
      if (this.needs(child) || this.#isFake(child)) return [child];
      if (child.kind !== 'supervisor') return [];
      const children = this.#childrenOf(child);
      return children.length === 0 ? [] : [{ ...child, children }];
    });
  }

  #isFake(declaration: Declaration): boolean {
    if (declaration.kind === 'server') return this.#fakes.has(declaration.type);
    return declaration.kind === 'spec' && this.#fakes.has(declaration.spec.serverClass);
  }

  /** Who uses one is told so, unless the test has put something else there. */
  #closeRefs(outside: readonly Declaration[]): void {
    const providers = this.#discovery?.getProviders() ?? [];
    for (const declaration of outside) {
      const { name = 'it' } = namesOf(declaration)[0] ?? {};
      for (const { provide } of refProviders(specsOnly(declaration))) {
        const own = providers.find(({ token, inject }) => token === provide && inject?.[0] === Runtime);
        if (own !== undefined) closeRef(own.instance, String(name));
      }
    }
  }
}

/** Without those below a supervisor, which are declarations of their own. */
function specsOnly(declaration: Declaration): readonly Declaration[] {
  return [declaration.kind === 'supervisor' ? { ...declaration, children: [] } : declaration];
}

/** A supervisor is copied when its children are chosen. */
function identityOf(declaration: Declaration): unknown {
  if (declaration.kind === 'spec') return declaration.spec;
  return declaration.kind === 'feature' ? declaration.slot : declaration.type;
}

function isIt(declaration: Declaration, target: InjectionTarget): boolean {
  if (typeof target === 'string') return namesOf(declaration).some(({ name }) => name === target);
  if (typeof target === 'function') return typesOf(declaration).some((type) => type === target);
  return specsOf(declaration).includes(target);
}

/** For messages. */
export function nameOf(target: InjectionTarget): string {
  if (typeof target === 'string') return `"${target}"`;
  if (typeof target === 'function') return target.name;
  const { serverClass, start } = target;
  return start.name === undefined ? serverClass.name : String(start.name);
}
