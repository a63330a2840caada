import { Inject } from '@nestjs/common';

/** A method that a decorator puts something before. */
export type Method = (this: object | undefined, ...args: unknown[]) => unknown;

/** `Profiles.byId`; of a static method as well. */
export function methodName(target: object, key: string | symbol): string {
  return `${typeof target === 'function' ? target.name : target.constructor.name}.${String(key)}`;
}

/** Gives `wrapper` the name, the length and the metadata of the method, so that decorators above and below do not notice it. */
export function standIn(method: Method, wrapper: Method): Method {
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(wrapper, property, { value: method[property], configurable: true });
  }
  for (const key of Reflect.getOwnMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), wrapper);
  }
  return wrapper;
}

/**
 * Lets Nest inject what `token` stands for into each instance, of any scope. Not enumerable: printing or comparing an instance must not meet it.
 */
export function injectHidden(target: object, property: symbol, token: string): void {
  Object.defineProperty(target, property, {
    configurable: true,
    set(this: object, value: unknown) {
      Object.defineProperty(this, property, { value, configurable: true, writable: true });
    },
  });
  Inject(token)(target, property);
}

/** What `injectHidden` has put there; undefined in an instance that Nest has not made. */
export function injected(instance: object | undefined, property: symbol): unknown {
  return (instance as Record<symbol, unknown> | undefined)?.[property];
}
