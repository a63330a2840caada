import { isPromise } from 'node:util/types';
import { HttpException } from '@nestjs/common';
import { TaskAbortedError, type TaskContext, type TaskOptions } from '@rookery/worker-pool';
import { letGo } from '../refused-promise.js';
import type { Method } from '../wrapped-method.js';
import { PoolArgumentError, PoolSetupError } from './errors.js';
import type { Pool } from './module-options.js';
import type { PooledMethod } from './pooled-methods.js';

/** What the wrapper of a method knows. */
export interface Plan extends PooledMethod {
  readonly method: Method;
  readonly limits: TaskOptions;
  readonly key: Method | undefined;
  /** Undefined when it is always the same. */
  readonly priority: Method | undefined;
}

/** One call. Rejects with what the method throws, or with what the pool says. */
export async function runInPool(
  plan: Plan,
  pool: Pool,
  instance: object | undefined,
  args: unknown[],
): Promise<unknown> {
  if (pool.engineKind === 'threads') throw threadsProblem(plan);
  const { method } = plan;
  const options = optionsOf(plan, instance, args);
  const place = args.findIndex((arg) => arg instanceof AbortSignal);
  if (place < 0) return pool.executeTask(() => method.apply(instance, args), options);
  const task = ({ signal }: TaskContext): unknown =>
    method.apply(
      instance,
      args.map((arg, i) => (i === place ? signal : arg)),
    );
  return pool.executeTask(task, { ...options, signal: args[place] as AbortSignal }).catch(throwReason);
}

/** A thread has no instance to run a method of. */
export function threadsProblem({ name, pool }: PooledMethod): PoolSetupError {
  return new PoolSetupError(
    `@InPool on ${name}`,
    `pool "${pool}" has threads, which run a function of a module and know nothing of this instance. Give the method a pool of closures, or inject ` +
      `the threads by @InjectPool('${pool}') and call executeTask(input).`,
  );
}

function optionsOf(plan: Plan, instance: object | undefined, args: unknown[]): TaskOptions {
  const { limits, key, priority } = plan;
  if (key === undefined && priority === undefined) return limits;
  return {
    ...limits,
    ...(key !== undefined && { key: valueOf(plan, 'key', key.apply(instance, args)) }),
    ...(priority !== undefined && { priority: valueOf(plan, 'priority', priority.apply(instance, args)) as number }),
  };
}

function valueOf({ name }: Plan, option: 'key' | 'priority', value: unknown): unknown {
  if (!isPromise(value)) return value;
  letGo(value);
  throw new PoolArgumentError(name, option);
}

/** Nest logs errors that it does not know. Why a request was given up it knows: a client that has left, say. */
function throwReason(error: unknown): never {
  throw error instanceof TaskAbortedError && error.cause instanceof HttpException ? error.cause : error;
}
