import {
  type Breaker,
  CircuitBreaker as PlainCircuitBreaker,
  type CircuitBreakerRegistry,
} from '@rookery/circuit-breaker';
import { methodProblem } from '../method-problem.js';
import { injected, injectHidden, type Method, methodName, standIn } from '../wrapped-method.js';
import { getCircuitBreakerRegistryToken, getCircuitBreakerToken } from './breaker-token.js';
import { checkNames, checkObject } from './check-breakers.js';
import { BreakerSetupError, inSetup } from './errors.js';
import { callThrough, type Plan } from './guarded-call.js';
import { addGuardedMethod } from './guarded-methods.js';

/** How the calls of a method go through a breaker. */
export interface CircuitBreakerMethodOptions<Args extends readonly unknown[], Result> {
  /**
   * Stands in when the call was rejected, timed out, or failed in a way that counts: the name of a method of the same class, private or not, or a function.
   * It gets the error and the arguments, has the instance as `this`, and gives what the method would, at once or as a promise. If it fails, the caller gets a
   * FallbackFailedError with both errors.
   */
  readonly fallback?: string | ((error: unknown, ...args: Args) => Result | PromiseLike<Result>);
  /** A call that takes longer fails. Default: the breaker's. */
  readonly callTimeoutMs?: number;
  /**
   * Made of the arguments, with the instance as `this`: the name of the decorator is then that of a registry, and each key has a breaker of its own there, a host or a
   * tenant say. What is no non-empty string is refused: the call rejects with a BreakerSetupError.
   */
  readonly key?: (...args: Args) => string;
}

/** A fallback function must give what the method gives. */
type Fits<M, Result> = M extends (...args: never[]) => Promise<infer Given>
  ? [Result] extends [Given]
    ? unknown
    : { readonly theFallbackMustGiveWhatTheMethodGives: never }
  : unknown;

/**
 * Puts a breaker of CircuitBreakerModule before an async method of a provider or controller. When an AbortSignal is among the arguments, a caller ends its call by it, which
 * never counts; the method gets another in its place, which fires then, too, and when the time of the call is over. The breaker is injected into the instances
 * that Nest makes, of any scope, so a missing one fails the boot; in an instance made without Nest the method just runs. Throws a BreakerSetupError
 * for options that make no sense; a fallback that the class does not have fails the boot with one.
 */
export function CircuitBreaker<Args extends readonly unknown[] = [], Result = never>(
  name: string,
  options: CircuitBreakerMethodOptions<Args, Result> = {},
): <M extends (...args: [...Args, ...never[]]) => Promise<unknown>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<M> & Fits<M, Result>,
) => void {
  return (target, key, descriptor) => {
    const plan = planOf(target, key, (descriptor as typeof descriptor | undefined)?.value, options);
    const token = plan.key === undefined ? getCircuitBreakerToken(name) : getCircuitBreakerRegistryToken(name);
    addGuardedMethod(target, plan);
    injectHidden(target, plan.property, token);
    descriptor.value = guarded(plan) as typeof descriptor.value & Method;
  };
}

function planOf(target: object, property: string | symbol, method: unknown, options: object): Plan {
  const name = methodName(target, property);
  const where = `@CircuitBreaker on ${name}`;
  const problem = methodProblem('breaker', target, property, method);
  if (problem !== undefined) throw new BreakerSetupError(where, problem);
  checkMethodOptions(where, property, options);
  const { fallback, key, callTimeoutMs } = options as CircuitBreakerMethodOptions<readonly unknown[], unknown>;
  return {
    name,
    property: Symbol(`breaker of ${where}`), // Nest prints it when it cannot inject it
    method: method as Method,
    fallback: typeof fallback === 'string' ? fallback : undefined,
    standIn: typeof fallback === 'function' ? fallback : undefined,
    key,
    callTimeoutMs,
  };
}

function checkMethodOptions(where: string, property: string | symbol, options: unknown): void {
  checkObject(where, options);
  checkNames(where, options, ['fallback', 'callTimeoutMs', 'key']);
  const { fallback, key, callTimeoutMs } = options as Readonly<Record<string, unknown>>;
  const isFallback = fallback === undefined || typeof fallback === 'function' || typeof fallback === 'string';
  if (!isFallback || fallback === '') {
    throw new BreakerSetupError(where, '`fallback` must be the name of a method, or a function.');
  }
  if (fallback === property) {
    throw new BreakerSetupError(
      where,
      'it is its own fallback, and would call itself without end: name another method.',
    );
  }
  if (key !== undefined && typeof key !== 'function') {
    throw new BreakerSetupError(
      where,
      '`key` must be a function of the arguments: { key: (url) => new URL(url).host }.',
    );
  }
  inSetup(
    where,
    () => new PlainCircuitBreaker(callTimeoutMs === undefined ? {} : { callTimeoutMs: callTimeoutMs as number }),
  );
}

/** The method with the breaker before it. */
function guarded(plan: Plan): Method {
  const { method } = plan;
  return standIn(method, function (...args) {
    const source = injected(this, plan.property) as Breaker | CircuitBreakerRegistry | undefined;
    return source === undefined ? method.apply(this, args) : callThrough(plan, source, this, args);
  });
}
