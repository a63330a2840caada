import { type TaskOptions, WorkerPool } from '@rookery/worker-pool';
import { methodProblem } from '../method-problem.js';
import { injected, injectHidden, type Method, methodName, standIn } from '../wrapped-method.js';
import { checkNames, checkObject } from './check-pools.js';
import { inSetup, PoolSetupError } from './errors.js';
import type { Pool } from './module-options.js';
import { type Plan, runInPool } from './pooled-call.js';
import { addPooledMethod } from './pooled-methods.js';
import { getPoolToken } from './pool-token.js';

/** How the calls of a method run in a pool. */
export interface InPoolOptions<Args extends readonly unknown[]> extends Pick<
  TaskOptions,
  'timeoutMs' | 'runTimeoutMs' | 'queueTimeoutMs'
> {
  /** An integer from -100 to 100, or a function of the arguments that gives one; it has the instance as `this`. Default 0. */
  readonly priority?: number | ((...args: Args) => number);
  /**
   * A function of the arguments: calls with the same key run in their order, one after the other, and keys take turns. It has the instance as `this`.
   * Methods that share a pool share its keys. What it throws the caller gets.
   */
  readonly key?: (...args: Args) => unknown;
}

/**
 * Runs an async method of a provider or controller in a pool of closures, so that with all others in that pool no more run at a time than
 * its size; in the async context of its caller. A caller whose arguments hold an AbortSignal ends its call by it; the method gets another in its place, which
 * fires then, too, and when its time is up. The pool is injected into the instances that Nest makes, of any scope, so a missing one
 * fails the boot, and so does one of threads; in an instance made without Nest the method just runs. Throws a PoolSetupError for options that make no
 * sense. A method that calls another one of the same pool keeps its slot meanwhile: give that one another pool.
 */
export function InPool<Args extends readonly unknown[] = []>(
  pool: string,
  options: InPoolOptions<Args> = {},
): <M extends (...args: [...Args, ...never[]]) => Promise<unknown>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, name, descriptor) => {
    const method: unknown = (descriptor as typeof descriptor | undefined)?.value;
    const plan = planOf(pool, target, name, method, options);
    injectHidden(target, plan.property, getPoolToken(pool));
    addPooledMethod(target, plan);
    descriptor.value = wrapped(plan) as typeof descriptor.value & Method;
  };
}

function planOf(pool: string, target: object, property: string | symbol, method: unknown, options: object): Plan {
  const name = methodName(target, property);
  const where = `@InPool on ${name}`;
  const problem = methodProblem('pool', target, property, method);
  if (problem !== undefined) throw new PoolSetupError(where, problem);
  if (typeof pool !== 'string' || pool === '') {
    throw new PoolSetupError(where, 'it needs the name of a pool: @InPool("reports").');
  }
  checkObject(where, options);
  checkNames(where, options, ['timeoutMs', 'runTimeoutMs', 'queueTimeoutMs', 'priority', 'key']);
  const { key, priority, ...limits } = options as InPoolOptions<unknown[]>;
  if (key !== undefined && typeof key !== 'function') {
    throw new PoolSetupError(where, '`key` must be a function of the arguments: { key: (order) => order.customer }.');
  }
  inSetup(where, () => WorkerPool.childSpec(limits)); // has the same options, and checks them
  if (typeof priority !== 'function' && priority !== undefined) checkPriority(where, priority);
  return {
    name,
    pool,
    property: Symbol(`pool of ${where}`), // Nest prints it when it cannot inject it
    method: method as Method,
    limits: typeof priority === 'number' ? { ...limits, priority } : limits,
    key,
    priority: typeof priority === 'function' ? priority : undefined,
  };
}

/** As a pool says it of a task: here it is known before there is one. */
function checkPriority(where: string, priority: unknown): void {
  if (Number.isInteger(priority) && Math.abs(priority as number) <= 100) return;
  throw new PoolSetupError(where, '`priority` must be an integer from -100 to 100, or a function that gives one.');
}

/** The method with the pool before it. */
function wrapped(plan: Plan): Method {
  const { method } = plan;
  return standIn(method, function (...args) {
    const pool = injected(this, plan.property) as Pool | undefined;
    return pool === undefined ? method.apply(this, args) : runInPool(plan, pool, this, args);
  });
}
