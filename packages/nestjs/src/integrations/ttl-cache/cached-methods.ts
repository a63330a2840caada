const CACHED = Symbol('the cached methods of a class');

/** A method that a cache was put before. */
export interface CachedMethod {
  /** `Profiles.byId` */
  readonly name: string;
  /** Where Nest puts the cache into an instance. */
  readonly property: symbol;
}

export function addCachedMethod(prototype: object, method: CachedMethod): void {
  Reflect.defineMetadata(CACHED, [...cachedMethodsOf(prototype), method], prototype);
}

/** Those of its class and of the classes above. */
export function cachedMethodsOf(instance: unknown): readonly CachedMethod[] {
  if (typeof instance !== 'object' || instance === null) return [];
  return (Reflect.getMetadata(CACHED, instance) ?? []) as readonly CachedMethod[];
}
