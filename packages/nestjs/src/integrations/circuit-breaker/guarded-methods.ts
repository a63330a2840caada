import { BreakerSetupError } from './errors.js';

const GUARDED = Symbol('the methods of a class behind circuit breakers');

/** A method that a breaker was put before. */
export interface GuardedMethod {
  /** `Payments.charge` */
  readonly name: string;
  /** Where Nest puts the breaker into an instance. */
  readonly property: symbol;
  /** The name of the method that stands in; undefined if none does, or a function. */
  readonly fallback: string | undefined;
}

export function addGuardedMethod(prototype: object, method: GuardedMethod): void {
  Reflect.defineMetadata(GUARDED, [...guardedMethodsOf(prototype), method], prototype);
}

/** Those of a class, by its prototype or an instance, and of the classes above. */
export function guardedMethodsOf(target: unknown): readonly GuardedMethod[] {
  if (typeof target !== 'object' || target === null) return [];
  return (Reflect.getMetadata(GUARDED, target) ?? []) as readonly GuardedMethod[];
}

/** Whether it has a method of that name. Looks, and runs no accessor. */
export function hasMethod(target: object, name: string): boolean {
  for (let each: object | null = target; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const found = Object.getOwnPropertyDescriptor(each, name);
    if (found !== undefined) return typeof found.value === 'function';
  }
  return false;
}

export function missingFallback({ name, fallback = '' }: GuardedMethod, className: string): BreakerSetupError {
  return new BreakerSetupError(
    `@CircuitBreaker on ${name}`,
    `its fallback "${fallback}" is no method of ${className}: add ${fallback}(error, …arguments), or correct the name.`,
  );
}
