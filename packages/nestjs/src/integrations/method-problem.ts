import { isGeneratorFunction } from 'node:util/types';
import { Observable } from 'rxjs';

/**
 * Why `what` cannot stand before a method, if it cannot, with the remedy: it is injected into an instance, and waits for a promise.
 */
export function methodProblem(
  what: string,
  target: object,
  property: string | symbol,
  method: unknown,
): string | undefined {
  if (typeof target === 'function') {
    return `it stands on a static method or a class, and there is no instance to inject the ${what} into: put it on a method of a provider.`;
  }
  if (typeof method !== 'function') {
    return `only methods can have a ${what} before them, not accessors or properties.`;
  }
  if (isGeneratorFunction(method)) {
    return 'a generator has not run yet when it is given: make it a method that gives a promise.';
  }
  if (Reflect.getMetadata('design:returntype', target, property) === Observable) {
    return 'an Observable has not run yet when it is given: give a promise, firstValueFrom(…) say.';
  }
  return undefined;
}
