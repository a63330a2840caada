import { Injectable } from '@nestjs/common';
import {
  checkNotDecorated,
  type DynamicSupervisorDecoratorOptions,
  DynamicSupervisorMetadata,
  type PartitionSupervisorDecoratorOptions,
  PartitionSupervisorMetadata,
  type SupervisorDecoratorOptions,
  SupervisorMetadata,
} from './metadata.js';

/** Declares a supervisor. Its children are in plain sight: they start in the order listed and stop in reverse. */
export function Supervisor(options: SupervisorDecoratorOptions): ClassDecorator {
  return (target) => {
    checkNotDecorated(target);
    Injectable()(target);
    SupervisorMetadata(options)(target);
  };
}

/** Declares a supervisor that starts empty; its children are added while the app runs, through `@InjectSupervisor` of this class. */
export function DynamicSupervisor(options: DynamicSupervisorDecoratorOptions = {}): ClassDecorator {
  return (target) => {
    checkNotDecorated(target);
    Injectable()(target);
    DynamicSupervisorMetadata(options)(target);
  };
}

/**
 * Declares the same child several times, each for its part of the keys: `@InjectSupervisor` of this class gives a
 * `PartitionSupervisorRef<Ref>`, whose `route(key)` finds the partition of a key. `child` is a `@Supervised` class, which this puts
 * into the tree, a specification without a name, or a function of the partition that gives one.
 */
export function PartitionSupervisor(options: PartitionSupervisorDecoratorOptions): ClassDecorator {
  return (target) => {
    checkNotDecorated(target);
    Injectable()(target);
    PartitionSupervisorMetadata(options)(target);
  };
}
