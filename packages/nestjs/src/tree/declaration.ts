import type { Type } from '@nestjs/common';
import { type ChildSpec, InvalidOptionError, type ServerClass } from '@rookery/genserver';
import {
  type DeclaredChild,
  type DynamicSupervisorDecoratorOptions,
  DynamicSupervisorMetadata,
  type SupervisedOptions,
  SupervisedMetadata,
  type SupervisorDecoratorOptions,
  SupervisorMetadata,
} from '../decorators/metadata.js';
import { TreeError } from '../errors.js';

/** A tree as the decorators declare it: plain values, read from metadata, nothing started. */
export type Declaration = SupervisorDeclaration | DynamicSupervisorDeclaration | ServerDeclaration | SpecDeclaration;

export interface SupervisorDeclaration {
  readonly kind: 'supervisor';
  readonly type: Type<unknown>;
  readonly name: string;
  readonly options: SupervisorDecoratorOptions;
  readonly children: readonly Declaration[];
}

interface DynamicSupervisorDeclaration {
  readonly kind: 'dynamic_supervisor';
  readonly type: Type<unknown>;
  readonly name: string;
  readonly options: DynamicSupervisorDecoratorOptions;
}

interface ServerDeclaration {
  readonly kind: 'server';
  readonly type: ServerClass;
  readonly name: string;
  readonly options: SupervisedOptions;
}

interface SpecDeclaration {
  readonly kind: 'spec';
  readonly spec: ChildSpec;
}

/** Reads the tree below a `@Supervisor` class. Throws a TreeError that names the class at fault. */
export function readTree(root: Type<unknown>): SupervisorDeclaration {
  const declared = readChild(root, []);
  if (declared.kind !== 'supervisor') throw notDecorated(root, 'the root of the tree', '@Supervisor');
  const all = flatten(declared);
  checkOnce(all);
  checkNames(all);
  return declared;
}

/** The declaration and all below it, in start order. */
export function flatten(declaration: Declaration): readonly Declaration[] {
  return declaration.kind === 'supervisor' ? [declaration, ...declaration.children.flatMap(flatten)] : [declaration];
}

function readChild(child: DeclaredChild, path: readonly DeclaredChild[]): Declaration {
  if (typeof child !== 'function') return { kind: 'spec', spec: checkSpec(child, path) };
  if (path.includes(child)) throw cycle([...path, child]);
  const supervisor = metadataOf(SupervisorMetadata, child);
  if (supervisor !== undefined) {
    if (!Array.isArray(supervisor.children)) {
      throw new InvalidOptionError(`children of ${child.name}`, 'an array', supervisor.children);
    }
    const children = supervisor.children.map((each) => readChild(each, [...path, child]));
    const type = child as Type<unknown>;
    return { kind: 'supervisor', type, name: supervisor.name ?? child.name, options: supervisor, children };
  }
  const dynamic = metadataOf(DynamicSupervisorMetadata, child);
  if (dynamic !== undefined) {
    const type = child as Type<unknown>;
    return { kind: 'dynamic_supervisor', type, name: dynamic.name ?? child.name, options: dynamic };
  }
  const server = metadataOf(SupervisedMetadata, child);
  if (server !== undefined) {
    return { kind: 'server', type: child as ServerClass, name: server.name ?? child.name, options: server };
  }
  throw notDecorated(child, `a child of ${nameOf(path.at(-1))}`, '@Supervised, @Supervisor or @DynamicSupervisor');
}

function checkSpec(spec: ChildSpec | undefined, path: readonly DeclaredChild[]): ChildSpec {
  if (spec === undefined) throw undefinedChild(nameOf(path.at(-1)));
  if (typeof spec === 'object' && spec !== null && 'serverClass' in spec) return spec;
  const expected = 'decorated classes, or what child() and its kin gave';
  throw new InvalidOptionError(`children of ${nameOf(path.at(-1))}`, expected, spec);
}

/** Own metadata only: a subclass of a decorated class declares nothing by itself. */
function metadataOf<T>(decorator: { readonly KEY: string; (options?: T): unknown }, type: object): T | undefined {
  return Reflect.getOwnMetadata(decorator.KEY, type) as T | undefined;
}

function checkOnce(declarations: readonly Declaration[]): void {
  const seen = new Set<object>();
  for (const declaration of declarations) {
    for (const type of typesOf(declaration)) {
      if (seen.has(type)) throw listedTwice(type);
      seen.add(type);
    }
  }
}

function checkNames(declarations: readonly Declaration[]): void {
  const holders = new Map<unknown, string>();
  for (const declaration of declarations) {
    const [name, className] =
      declaration.kind === 'spec'
        ? [declaration.spec.start.name, declaration.spec.serverClass.name]
        : [declaration.name, declaration.type.name];
    const holder = holders.get(name);
    if (name !== undefined && holder !== undefined) throw nameTaken(String(name), holder, className);
    holders.set(name, className);
  }
}

/** The classes that a declaration puts into the tree. */
export function typesOf(declaration: Declaration): readonly (Type<unknown> | ServerClass)[] {
  if (declaration.kind === 'spec') return [];
  const { child } = declaration.kind === 'dynamic_supervisor' ? declaration.options : {};
  return child === undefined ? [declaration.type] : [declaration.type, child];
}

/** The specifications of servers that a declaration carries, those below `supervisor()` too. */
export function specsOf(declaration: Declaration): readonly ChildSpec[] {
  return declaration.kind === 'spec' ? serversOf(declaration.spec) : [];
}

function serversOf(spec: ChildSpec): readonly ChildSpec[] {
  if (spec.type === 'worker') return [spec];
  const [plan] = (spec.start.args ?? []) as readonly [{ readonly children?: readonly ChildSpec[] }?];
  return (plan?.children ?? []).flatMap(serversOf);
}

function nameOf(child: DeclaredChild | undefined): string {
  return typeof child === 'function' ? child.name : 'the tree';
}

function notDecorated(type: DeclaredChild, place: string, decorators: string): TreeError {
  const name = nameOf(type);
  return new TreeError(
    'not_decorated',
    name,
    `${name} is ${place} but has none of the decorators it needs: add ${decorators}.`,
  );
}

function undefinedChild(supervisor: string): TreeError {
  return new TreeError(
    'undefined_child',
    supervisor,
    `A child of ${supervisor} is undefined: its file and that of ${supervisor} import each other, probably by way of others. ` +
      'Break the circle, say by moving what both need to a file of its own.',
  );
}

function cycle(path: readonly DeclaredChild[]): TreeError {
  const names = path.map(nameOf);
  const name = names.at(-1) ?? '';
  return new TreeError(
    'cycle',
    name,
    `${name} supervises itself: ${names.join(' → ')}. Take it out of one of the children lists.`,
  );
}

function listedTwice({ name }: { readonly name: string }): TreeError {
  return new TreeError(
    'listed_twice',
    name,
    `${name} is in the tree twice. A class has one place: remove it from one of the lists.`,
  );
}

function nameTaken(name: string, holder: string, className: string): TreeError {
  return new TreeError(
    'name_taken',
    className,
    `${className} and ${holder} are both named "${name}". Give one of them another \`name\`.`,
  );
}
