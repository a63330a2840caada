import { Injectable } from '@nestjs/common';
import {
  checkNotDecorated,
  type DynamicSupervisorDecoratorOptions,
  DynamicSupervisorMetadata,
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

/** Declares a supervisor that starts empty; its children are added while the app runs, through `@InjectServer` of this class. */
export function DynamicSupervisor(options: DynamicSupervisorDecoratorOptions = {}): ClassDecorator {
  return (target) => {
    checkNotDecorated(target);
    Injectable()(target);
    DynamicSupervisorMetadata(options)(target);
  };
}
