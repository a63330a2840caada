import type { ForwardReference, Type } from '@nestjs/common';
import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  InvalidOptionError,
  partitionSupervisor,
  registry,
  type ServerClass,
  taskSupervisor,
} from '@rookery/genserver';
import {
  type DeclaredChild,
  DynamicSupervisorMetadata,
  metadataOf,
  type PartitionSupervisorDecoratorOptions,
  PartitionSupervisorMetadata,
  RegistryMetadata,
  SupervisedMetadata,
  type SupervisorDecoratorOptions,
  SupervisorMetadata,
  TaskSupervisorMetadata,
} from '../decorators/metadata.js';
import { isServerClass } from './is-server-class.js';
import { type Declaration, flatten, namesOf, optionsOf, type SupervisorDeclaration, typesOf } from './declaration.js';
import { FeatureSlot } from './feature-slot.js';
import { cycle, listedTwice, nameTaken, notDecorated, slotTwice, undefinedChild } from './tree-problems.js';

/** A child as it stands in a list, all but forward references. */
type PlainChild = Exclude<DeclaredChild, ForwardReference>;

/** Who lists a child, and who lists that one: the classes from the root down. */
type Path = readonly (Type<unknown> | ServerClass)[];

/** Reads the tree below a `@Supervisor` class. Throws a TreeError, or an InvalidOptionError, that names the class at fault. */
export function readTree(root: Type<unknown>): SupervisorDeclaration {
  const declared = readChild(root, [], 'the tree');
  if (declared.kind !== 'supervisor') throw notDecorated(root.name, 'the root of the tree', '@Supervisor');
  checkTogether([declared]);
  optionsOf(declared); // what the core refuses is refused here, not at boot
  return declared;
}

/** Reads what a feature module contributes, as readTree does. */
export function readChildren(children: readonly DeclaredChild[], where: string): readonly Declaration[] {
  if (!Array.isArray(children)) throw new InvalidOptionError(`children of ${where}`, 'an array', children);
  const declared = children.map((each: DeclaredChild) => readChild(each, [], where));
  checkTogether(declared);
  for (const each of declared) if (each.kind === 'supervisor') optionsOf(each);
  return declared;
}

/** Each class has one place, each name one holder, each feature one place. */
export function checkTogether(declared: readonly Declaration[]): void {
  const all = declared.flatMap(flatten);
  checkOnce(all);
  checkNames(all);
  checkSlots(all);
}

function readChild(listed: DeclaredChild, path: Path, place: string): Declaration {
  const given = unwrap(listed);
  if (given instanceof FeatureSlot) return { kind: 'feature', slot: given };
  if (typeof given !== 'function') return { kind: 'spec', spec: checkSpec(given, place) };
  if (path.includes(given)) throw cycle([...path, given].map(({ name }) => name));
  const options = metadataOf(SupervisorMetadata, given);
  if (options !== undefined) return readSupervisor(given as Type<unknown>, options, [...path, given]);
  const server = metadataOf(SupervisedMetadata, given);
  if (server !== undefined) {
    return { kind: 'server', type: given as ServerClass, name: server.name ?? given.name, options: server };
  }
  const declared = readClass(given as Type<unknown>);
  if (declared !== undefined) return declared;
  throw notDecorated(given.name, `a child of ${place}`, '@Supervised, @Supervisor or one of their like');
}

function readSupervisor(type: Type<unknown>, options: SupervisorDecoratorOptions, path: Path): SupervisorDeclaration {
  if (!Array.isArray(options.children)) {
    throw new InvalidOptionError(`children of ${type.name}`, 'an array', options.children);
  }
  const children = options.children.map((each: DeclaredChild) => readChild(each, path, type.name));
  return { kind: 'supervisor', type, name: options.name ?? type.name, options, children };
}

/** Classes that stand for one specification. */
function readClass(type: Type<unknown>): Declaration | undefined {
  const declare = (
    options: { readonly name?: string },
    toSpec: (name: string) => ChildSpec,
    part?: unknown,
  ): Declaration => {
    const name = options.name ?? type.name;
    return { kind: 'class', type, name, spec: toSpec(name), child: isServerClass(part) ? part : undefined };
  };
  const dynamic = metadataOf(DynamicSupervisorMetadata, type);
  if (dynamic !== undefined) {
    const { child: part, ...options } = dynamic; // the core does not ask what class its children are
    return declare(dynamic, (name) => dynamicSupervisor({ ...options, name }), part);
  }
  const partitions = metadataOf(PartitionSupervisorMetadata, type);
  if (partitions !== undefined) {
    return declare(
      partitions,
      (name) => partitionSupervisor({ ...partitions, child: partOf(partitions), name }),
      partitions.child,
    );
  }
  const keys = metadataOf(RegistryMetadata, type);
  if (keys !== undefined) return declare(keys, (name) => registry({ ...keys, name }));
  const tasks = metadataOf(TaskSupervisorMetadata, type);
  return tasks && declare(tasks, (name) => taskSupervisor({ ...tasks, name }));
}

/** A class takes the arguments that its decorator says. */
function partOf({ child: given }: PartitionSupervisorDecoratorOptions): ChildSpec {
  if (!isServerClass(given)) return given as ChildSpec; // or a function, or nonsense: the core looks
  const { args = [] } = metadataOf(SupervisedMetadata, given) ?? {};
  return child(given, { args: args as [] });
}

function unwrap(given: DeclaredChild): PlainChild | undefined {
  return typeof given === 'object' && given !== null && 'forwardRef' in given ? given.forwardRef() : given;
}

function checkSpec(spec: ChildSpec | undefined, place: string): ChildSpec {
  if (spec === undefined) throw undefinedChild(place);
  if (typeof spec === 'object' && spec !== null && 'serverClass' in spec) return spec;
  throw new InvalidOptionError(`children of ${place}`, 'decorated classes, or what child() and its kin gave', spec);
}

function checkOnce(declarations: readonly Declaration[]): void {
  const seen = new Set<object>();
  for (const type of declarations.flatMap(typesOf)) {
    if (seen.has(type)) throw listedTwice(type.name);
    seen.add(type);
  }
}

function checkNames(declarations: readonly Declaration[]): void {
  const holders = new Map<unknown, string>();
  for (const { name, of } of declarations.flatMap(namesOf)) {
    const key = typeof name === 'object' ? `via ${String(name)}` : name;
    const holder = holders.get(key);
    if (holder !== undefined) throw nameTaken(String(name), holder, of);
    holders.set(key, of);
  }
}

function checkSlots(declarations: readonly Declaration[]): void {
  const seen = new Set<string>();
  for (const each of declarations) {
    if (each.kind !== 'feature') continue;
    if (seen.has(each.slot.name)) throw slotTwice(each.slot.name);
    seen.add(each.slot.name);
  }
}
