import { checkWhere, inside, type Where } from '../gen-server/inside.js';
import { type AsyncStreamOptions, checkStream, type Inputs } from './stream-options.js';
import type { StreamFunction, StreamResult, StreamTasks } from './stream-plan.js';
import { StreamRun } from './stream-run.js';
import { TaskJob } from './task-job.js';

/**
 * Runs `fn` for each input, each in a task of its own, and gives the results to a `for await` loop: `ok` with the value, or
 * `exit` with how the task ended without one. Nothing runs before the loop begins, and each loop runs all anew (TASK-036).
 *
 * An input is taken only when a task can be started for it, and only while the loop waits for a result (TASK-039, TASK-041).
 * Whenever the loop ends, by `break`, by a throw, an abort, or an error of the inputs, the tasks that run are killed and the
 * inputs are closed (TASK-048, TASK-050, TASK-051).
 *
 * From a server's `this.self` the tasks belong to, and are linked with, the server that runs the loop: the crash of one ends
 * it unless it traps exits, and then is an `exit` result (TASK-045, TASK-046, TASK-053). From a runtime a failure is an
 * `exit` result, always. Throws an InvalidOptionError at once, not in the loop (TASK-038).
 */
export function asyncStream<In, Out>(
  where: Where,
  inputs: Inputs<In>,
  fn: StreamFunction<In, Out>,
  options: AsyncStreamOptions = {},
): AsyncIterable<StreamResult<In, Out>> {
  checkWhere(where);
  const { kernel, process } = where[inside];
  const tasks: StreamTasks = {
    isLinked: process !== undefined,
    start: (plan) => new TaskJob(kernel, { ...plan, parent: plan.isLinked ? plan.owner : undefined }),
  };
  return streamOf(where, inputs, fn, options, tasks);
}

/** A stream whose tasks are started in some way. */
export function streamOf<In, Out>(
  where: Where,
  inputs: Inputs<In>,
  fn: StreamFunction<In, Out>,
  options: AsyncStreamOptions,
  tasks: StreamTasks,
): AsyncIterable<StreamResult<In, Out>> {
  checkWhere(where);
  const limits = checkStream(inputs, fn, options);
  const { kernel, process } = where[inside];
  return {
    [Symbol.asyncIterator]: () => {
      // Whoever runs the loop, wherever the stream was made (TASK-053).
      const consumer = kernel.activities.getStore()?.process ?? process;
      return new StreamRun<In, Out>({ kernel, consumer, inputs, fn, limits, tasks });
    },
  };
}
