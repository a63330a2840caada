import type { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type {
  ChildDefaults,
  ChildSpec,
  DynamicSupervisorOptions,
  ServerClass,
  SupervisorOptions,
} from '@rookery/genserver';
import { TreeError } from '../errors.js';

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

/** A child in a `children` list: a decorated class, or what `child()` and its kin gave. */
export type DeclaredChild = Type<unknown> | ServerClass | ChildSpec;

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

// The decorators write this metadata and nothing else; the tree reads it.
export const SupervisedMetadata = DiscoveryService.createDecorator<SupervisedOptions>();
export const SupervisorMetadata = DiscoveryService.createDecorator<SupervisorDecoratorOptions>();
export const DynamicSupervisorMetadata = DiscoveryService.createDecorator<DynamicSupervisorDecoratorOptions>();

export const DECORATORS = [SupervisedMetadata, SupervisorMetadata, DynamicSupervisorMetadata] as const;

/** By itself: a subclass of a decorated class declares nothing. */
export function isDecorated(type: object): boolean {
  return DECORATORS.some(({ KEY }) => Reflect.hasOwnMetadata(KEY, type));
}

/** A class is one thing in the tree. */
export function checkNotDecorated(type: { readonly name: string }): void {
  if (!isDecorated(type)) return;
  throw new TreeError(
    'decorated_twice',
    type.name,
    `${type.name} has more than one of @Supervised, @Supervisor and @DynamicSupervisor, or one of them twice: keep one.`,
  );
}
