import type { ForwardReference, Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type {
  ChildDefaults,
  ChildSpec,
  DynamicSupervisorOptions,
  PartitionSupervisorOptions,
  RegistrySpecOptions,
  ServerClass,
  SupervisorOptions,
  TaskSupervisorOptions,
} from '@rookery/genserver';
import { TreeError } from '../errors.js';
import type { FeatureSlot } from '../tree/feature-slot.js';

/** How a server class takes part in the tree. */
export interface SupervisedOptions extends ChildDefaults {
  /**
   * The name it is registered and injected by. Default: the name of the class. A class whose instances are started by a
   * dynamic supervisor gets its names there.
   */
  readonly name?: string;
  /** What `init` is called with, at every start. */
  readonly args?: readonly unknown[];
}

/**
 * A child in a `children` list: a decorated class, what `child()` and its kin gave (`TtlCache.childSpec()` say), or the place of a
 * feature module, `feature('games')`. Where two files import each other: `forwardRef(() => Lobby)`.
 */
export type DeclaredChild =
  | Type<unknown>
  | ServerClass
  | ChildSpec
  | FeatureSlot
  | ForwardReference<() => Type<unknown> | ServerClass | ChildSpec>;

/** How a supervisor class works. */
export interface SupervisorDecoratorOptions extends Omit<SupervisorOptions, 'id' | 'name' | 'children'> {
  /** Default: the name of the class. */
  readonly name?: string;
  /** Started in this order, stopped in reverse. */
  readonly children: readonly DeclaredChild[];
}

/** How a dynamic supervisor class works. */
export interface DynamicSupervisorDecoratorOptions extends Omit<DynamicSupervisorOptions, 'id' | 'name'> {
  /** Default: the name of the class. */
  readonly name?: string;
  /** The class of its children: this puts that class into the tree. */
  readonly child?: ServerClass;
}

/** How a partition supervisor class works. */
export interface PartitionSupervisorDecoratorOptions extends Omit<
  PartitionSupervisorOptions<ServerClass | ChildSpec | ((partition: number) => ChildSpec)>,
  'id' | 'name'
> {
  /** Default: the name of the class. */
  readonly name?: string;
}

/** How a registry class works. */
export interface RegistryDecoratorOptions extends Omit<RegistrySpecOptions, 'id' | 'name'> {
  /** Default: the name of the class. */
  readonly name?: string;
}

/** How a task supervisor class works. */
export interface TaskSupervisorDecoratorOptions extends Omit<TaskSupervisorOptions, 'id' | 'name'> {
  /** Default: the name of the class. */
  readonly name?: string;
}

// The decorators write this metadata and nothing else; the tree reads it.
export const SupervisedMetadata = DiscoveryService.createDecorator<SupervisedOptions>();
export const SupervisorMetadata = DiscoveryService.createDecorator<SupervisorDecoratorOptions>();
export const DynamicSupervisorMetadata = DiscoveryService.createDecorator<DynamicSupervisorDecoratorOptions>();
export const PartitionSupervisorMetadata = DiscoveryService.createDecorator<PartitionSupervisorDecoratorOptions>();
export const RegistryMetadata = DiscoveryService.createDecorator<RegistryDecoratorOptions>();
export const TaskSupervisorMetadata = DiscoveryService.createDecorator<TaskSupervisorDecoratorOptions>();

/** By the name of the decorator that writes it. */
const DECORATORS = {
  Supervised: SupervisedMetadata,
  Supervisor: SupervisorMetadata,
  DynamicSupervisor: DynamicSupervisorMetadata,
  PartitionSupervisor: PartitionSupervisorMetadata,
  Registry: RegistryMetadata,
  TaskSupervisor: TaskSupervisorMetadata,
} as const;

/** The decorators that put a class into the tree. */
export type DecoratorName = keyof typeof DECORATORS;

export const DECORATOR_KEYS: readonly string[] = Object.values(DECORATORS).map(({ KEY }) => KEY);

/** All of them, for messages. */
const DECORATOR_NAMES = Object.keys(DECORATORS)
  .map((name) => `@${name}`)
  .join(', ');

/** Own metadata only: a subclass of a decorated class declares nothing by itself. */
export function metadataOf<T>(
  decorator: { readonly KEY: string; (options?: T): unknown },
  type: object,
): T | undefined {
  return Reflect.getOwnMetadata(decorator.KEY, type) as T | undefined;
}

/** Which decorator a class has; undefined if none. */
export function decoratorOf(type: object): DecoratorName | undefined {
  const names = Object.keys(DECORATORS) as DecoratorName[];
  return names.find((name) => Reflect.hasOwnMetadata(DECORATORS[name].KEY, type));
}

/** By itself: a subclass of a decorated class declares nothing. */
export function isDecorated(type: object): boolean {
  return decoratorOf(type) !== undefined;
}

/** A class is one thing in the tree. */
export function checkNotDecorated(type: { readonly name: string }): void {
  if (!isDecorated(type)) return;
  throw new TreeError(
    'decorated_twice',
    type.name,
    `${type.name} has more than one of ${DECORATOR_NAMES}, or one of them twice: keep one.`,
  );
}
