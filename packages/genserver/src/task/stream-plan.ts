import type { ExitReason } from '../process/exit-reason.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Inputs, StreamLimits } from './stream-options.js';
import type { TaskContext } from './task-context.js';
import type { TaskJob, TaskPlan } from './task-job.js';

/** What a stream gives for one input: the value, or how its task ended without one. */
export type StreamResult<In, Out> =
  | { readonly kind: 'ok'; readonly value: Out }
  | {
      readonly kind: 'exit';
      /** An `error` with a TaskTimeoutError when it was killed for taking too long. */
      readonly reason: ExitReason;
      /** With `zipInputOnExit`. */
      readonly input?: In;
    };

/** What a stream runs for each input. */
export type StreamFunction<In, Out> = (input: In, context: TaskContext) => Out | PromiseLike<Out>;

/** How the tasks of a stream are started. */
export interface StreamTasks {
  /** With whoever runs the loop. */
  readonly isLinked: boolean;
  /** Starts one. Throws when it cannot. */
  readonly start: (plan: Omit<TaskPlan, 'parent'>) => TaskJob;
}

/** All that one loop over a stream needs. */
export interface StreamPlan<In, Out> {
  readonly kernel: Kernel;
  /** The server that runs the loop. */
  readonly consumer: Process | undefined;
  readonly inputs: Inputs<In>;
  readonly fn: StreamFunction<In, Out>;
  readonly limits: StreamLimits;
  readonly tasks: StreamTasks;
}
