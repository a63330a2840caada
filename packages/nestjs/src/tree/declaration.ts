import type { Type } from '@nestjs/common';
import {
  child,
  type ChildSpec,
  type Name,
  type ServerClass,
  supervisor,
  type SupervisorOptions,
} from '@rookery/genserver';
import type { SupervisedOptions, SupervisorDecoratorOptions } from '../decorators/metadata.js';
import type { FeatureSlot } from './feature-slot.js';

/** A tree as the decorators declare it: plain values, read from metadata, nothing started. */
export type Declaration =
  SupervisorDeclaration | ServerDeclaration | ClassDeclaration | SpecDeclaration | FeatureDeclaration;

export interface SupervisorDeclaration {
  readonly kind: 'supervisor';
  readonly type: Type<unknown>;
  readonly name: string;
  readonly options: SupervisorDecoratorOptions;
  readonly children: readonly Declaration[];
}

interface ServerDeclaration {
  readonly kind: 'server';
  readonly type: ServerClass;
  readonly name: string;
  readonly options: SupervisedOptions;
}

/** A class that stands for a specification: a supervisor without listed children, a registry. */
interface ClassDeclaration {
  readonly kind: 'class';
  readonly type: Type<unknown>;
  readonly name: string;
  readonly spec: ChildSpec;
  /** The class of its children, which is in the tree by this. */
  readonly child: ServerClass | undefined;
}

interface SpecDeclaration {
  readonly kind: 'spec';
  readonly spec: ChildSpec;
}

/** The place of a feature module, until it is known what stands there. */
interface FeatureDeclaration {
  readonly kind: 'feature';
  readonly slot: FeatureSlot;
}

/** The declaration and all below it, in start order. */
export function flatten(declaration: Declaration): readonly Declaration[] {
  return declaration.kind === 'supervisor' ? [declaration, ...declaration.children.flatMap(flatten)] : [declaration];
}

/** The classes that a declaration puts into the tree. */
export function typesOf(declaration: Declaration): readonly (Type<unknown> | ServerClass)[] {
  if (declaration.kind === 'spec' || declaration.kind === 'feature') return [];
  const part = declaration.kind === 'class' ? declaration.child : undefined;
  return part === undefined ? [declaration.type] : [declaration.type, part];
}

/** The specifications that a declaration carries, those below `supervisor()` too. */
export function specsOf(declaration: Declaration): readonly ChildSpec[] {
  if (declaration.kind === 'spec') return withInner(declaration.spec);
  return declaration.kind === 'class' ? innerOf(declaration.spec) : [];
}

/** By what a declaration, and each specification below it, is found. */
export function namesOf(declaration: Declaration): readonly { readonly name: Name; readonly of: string }[] {
  const own =
    declaration.kind === 'spec' || declaration.kind === 'feature'
      ? []
      : [{ name: declaration.name, of: declaration.type.name }];
  const inner = specsOf(declaration).flatMap(({ start: { name }, serverClass }) =>
    name === undefined ? [] : [{ name, of: serverClass.name }],
  );
  return [...own, ...inner];
}

/** What the core starts; places of features must be filled, or stay empty. */
export function optionsOf({ name, options, children }: SupervisorDeclaration): SupervisorOptions {
  return { ...options, name, children: children.flatMap(specOf) };
}

function specOf(declaration: Declaration): readonly ChildSpec[] {
  const { kind } = declaration;
  if (kind === 'feature') return [];
  if (kind === 'supervisor') return [supervisor(optionsOf(declaration))];
  return [kind === 'server' ? serverSpec(declaration) : declaration.spec];
}

function serverSpec({ name, type, options }: ServerDeclaration): ChildSpec {
  return child(type, { name, args: (options.args ?? []) as [] });
}

function withInner(spec: ChildSpec): readonly ChildSpec[] {
  return [spec, ...innerOf(spec)];
}

function innerOf(spec: ChildSpec): readonly ChildSpec[] {
  return childrenOf(spec).flatMap(withInner);
}

/** Those right below it. A supervisor with an `init` of its own has none that could be known. */
export function childrenOf({ type, start }: ChildSpec): readonly ChildSpec[] {
  if (type === 'worker') return [];
  const [plan] = (start.args ?? []) as readonly [{ readonly children?: readonly ChildSpec[] }?];
  return plan?.children ?? [];
}
