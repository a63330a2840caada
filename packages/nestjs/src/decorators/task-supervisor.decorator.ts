import { Injectable } from '@nestjs/common';
import { checkNotDecorated, type TaskSupervisorDecoratorOptions, TaskSupervisorMetadata } from './metadata.js';

/**
 * Declares a supervisor of tasks, jobs that run in processes of their own. Others start them through `@InjectTaskSupervisor` of this
 * class, a `TaskSupervisorRef`. What runs when the application closes is stopped in its place of the tree.
 */
export function TaskSupervisor(options: TaskSupervisorDecoratorOptions = {}): ClassDecorator {
  return (target) => {
    checkNotDecorated(target);
    Injectable()(target);
    TaskSupervisorMetadata(options)(target);
  };
}
