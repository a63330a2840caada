import { checkOptions } from '../checks.js';
import type { ChildSpec } from '../supervisor/child-spec.js';
import { type RestartOptions, specOf, type SupervisorAsChild } from '../supervisor/options.js';
import { dynamicPlan } from '../supervisor/supervisor-spec.js';
import { TaskSupervisor } from './task-supervisor.js';
import { TaskSupervisorRef } from './task-supervisor-ref.js';

/** A supervisor of tasks. Its limits of restarts count only for tasks that are restarted at all (TSUP-014). */
export interface TaskSupervisorOptions extends SupervisorAsChild, RestartOptions {
  /** Default Infinity. A task above it is refused with `max_children` (TSUP-012). */
  readonly maxChildren?: number;
}

/** A task supervisor, for `runtime.start` and as a child of a supervisor (TSUP-001). */
export function taskSupervisor(options: TaskSupervisorOptions = {}): ChildSpec<TaskSupervisorRef> {
  checkOptions(options);
  return specOf(
    TaskSupervisor,
    dynamicPlan(options),
    options,
    (kernel, target) => new TaskSupervisorRef(kernel, target),
  );
}
