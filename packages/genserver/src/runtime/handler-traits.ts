import { types } from 'node:util';

/** What is known of the handlers of a class. */
export interface Traits {
  /** One of its methods is an async function, or has returned a promise. */
  mayWait: boolean;
}

/** The traits of each class that a runtime has seen. */
export class HandlerTraits {
  readonly #known = new WeakMap<object, Traits>();

  of(ofClass: abstract new (...args: never[]) => object): Traits {
    let traits = this.#known.get(ofClass);
    if (traits === undefined) this.#known.set(ofClass, (traits = { mayWait: hasAsyncMethod(ofClass) }));
    return traits;
  }
}

function hasAsyncMethod({ prototype }: abstract new (...args: never[]) => object): boolean {
  for (let level = prototype as object; level !== Object.prototype && level !== null; level = parentOf(level)) {
    const properties = Object.values(Object.getOwnPropertyDescriptors(level));
    if (properties.some(({ value }) => types.isAsyncFunction(value))) return true;
  }
  return false;
}

function parentOf(prototype: object): object {
  return Object.getPrototypeOf(prototype) as object;
}
