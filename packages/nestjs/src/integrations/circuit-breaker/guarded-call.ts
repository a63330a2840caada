import { HttpException } from '@nestjs/common';
import {
  type Breaker,
  CallCancelledError,
  type CallContext,
  type CircuitBreakerRegistry,
  type ExecuteOptions,
} from '@rookery/circuit-breaker';
import { isObservable } from 'rxjs';
import { letGo } from '../refused-promise.js';
import type { Method } from '../wrapped-method.js';
import { BreakerSetupError, inSetup } from './errors.js';
import { type GuardedMethod, missingFallback } from './guarded-methods.js';

/** What the wrapper of a method knows. */
export interface Plan extends GuardedMethod {
  readonly method: Method;
  /** Of the function that stands in, or gives the key: both have the instance as `this`. */
  readonly standIn: Method | undefined;
  readonly key: Method | undefined;
  readonly callTimeoutMs: number | undefined;
}

/** One call of the method, through the breaker or one of the registry. */
export async function callThrough(
  plan: Plan,
  source: Breaker | CircuitBreakerRegistry,
  instance: object | undefined,
  args: unknown[],
): Promise<unknown> {
  const place = args.findIndex((arg) => arg instanceof AbortSignal);
  const run = ({ signal }: CallContext): unknown => plan.method.apply(instance, args.with(place, signal));
  const work = place < 0 ? (): unknown => plan.method.apply(instance, args) : run;
  const options = optionsOf(plan, instance, args, args[place] as AbortSignal | undefined);
  const value = await breakerOf(plan, source, instance, args).execute(work, options).catch(throwLeft);
  if (!isObservable(value)) return value;
  const problem =
    'it gave an Observable, which has not run yet when it is given: give a promise, firstValueFrom(…) say.';
  throw new BreakerSetupError(`@CircuitBreaker on ${plan.name}`, problem);
}

function breakerOf(
  { name, key: keyOf }: Plan,
  source: Breaker | CircuitBreakerRegistry,
  instance: object | undefined,
  args: unknown[],
): Breaker {
  if (keyOf === undefined) return source as Breaker;
  const key = keyOf.apply(instance, args);
  letGo(key); // the registry refuses a promise
  return inSetup(`@CircuitBreaker on ${name}`, () => (source as CircuitBreakerRegistry).get(key as string));
}

/** Undefined where nothing but the breaker has to do with the call: that is its shortest way. */
function optionsOf(
  plan: Plan,
  instance: object | undefined,
  args: unknown[],
  signal: AbortSignal | undefined,
): ExecuteOptions<unknown> | undefined {
  const { callTimeoutMs } = plan;
  const standIn = standInOf(plan, instance);
  if (callTimeoutMs === undefined && standIn === undefined && signal === undefined) return undefined;
  return {
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
    ...(standIn !== undefined && { fallback: (error: unknown) => standIn.call(instance, error, ...args) }),
    ...(signal !== undefined && { signal }),
  };
}

/** The method is looked for at each call: a subclass may have its own, and a test may watch it. */
function standInOf(plan: Plan, instance: object | undefined): Method | undefined {
  if (plan.fallback === undefined) return plan.standIn;
  const method = (instance as Record<string, unknown>)[plan.fallback];
  if (typeof method === 'function') return method as Method;
  throw missingFallback(plan, (instance as object).constructor.name); // at boot it could not be seen: Nest did not know the class
}

/** Nest logs errors that it does not know, and a client that leaves (`ClientLeftException`) is none worth it. */
function throwLeft(error: unknown): never {
  throw error instanceof CallCancelledError && error.cause instanceof HttpException ? error.cause : error;
}
