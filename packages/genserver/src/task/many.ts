import { checkDuration, checkInteger, checkOneOf, checkOptions } from '../checks.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { AwaitLimits, TaskHandle } from './task-handle.js';
import type { TaskResult } from './task-result.js';
import type { TaskWait } from './task-wait.js';

/** How long to wait for several tasks, and what becomes of those that are late. */
export interface YieldManyOptions {
  /** For all together. Default 5000. */
  readonly timeoutMs?: Milliseconds;
  /**
   * What becomes of a task that is not done in time: `nothing` (default), and it may be asked again; `ignore`: it runs on
   * and is used up; `kill_task`: it is killed.
   */
  readonly onTimeout?: 'nothing' | 'ignore' | 'kill_task';
  /** Return as soon as this many have answered; the others stay as they are, whatever `onTimeout` says. Default: all. */
  readonly limit?: number;
}

type Result = TaskResult<unknown> | undefined;

/** All values, in order; or the first failure, and then all are used up. */
export async function awaitMany(handles: readonly TaskHandle[], limits: AwaitLimits): Promise<readonly unknown[]> {
  const waits: TaskWait[] = [];
  for (const handle of handles) handle.claim('await', undefined); // all or none
  for (const handle of new Set(handles)) handle.claim('await', 'awaited'); // one may stand in several places
  try {
    return await Promise.all(handles.map((handle) => handle.value(limits, (wait) => waits.push(wait))));
  } catch (error) {
    for (const wait of waits) if (wait.isPending) wait.giveUp(error);
    for (const handle of handles) handle.giveUp();
    throw error;
  }
}

/** What each has to give, in order, after the time limit at the latest. */
export async function yieldMany(handles: readonly TaskHandle[], options: YieldManyOptions): Promise<readonly Result[]> {
  checkOptions(options);
  const { timeoutMs = 5000, onTimeout = 'nothing', limit = Infinity } = options;
  checkDuration('timeoutMs', timeoutMs);
  checkOneOf('onTimeout', onTimeout, ['nothing', 'ignore', 'kill_task']);
  if (limit !== Infinity) checkInteger('limit', limit, 1);
  for (const handle of handles) handle.claim('yield', undefined);
  const waits: TaskWait[] = [];
  let answered = 0;
  const ask = async (handle: TaskHandle): Promise<Result> => {
    const result = await handle.maybe(timeoutMs, (wait) => waits.push(wait));
    if (result !== undefined) answered++;
    if (answered >= limit) for (const wait of waits) if (wait.isPending) wait.leave();
    return result;
  };
  const results = await Promise.all(handles.map(ask));
  if (answered >= limit || onTimeout === 'nothing') return results;
  return Promise.all(handles.map(async (handle, index) => results[index] ?? endLate(handle, onTimeout)));
}

function endLate(handle: TaskHandle, onTimeout: 'ignore' | 'kill_task'): Promise<Result> | Result {
  return onTimeout === 'ignore' ? handle.ignore() : handle.shutdown('brutal_kill');
}
