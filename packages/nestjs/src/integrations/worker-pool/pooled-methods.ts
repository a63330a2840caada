const POOLED = Symbol('the methods of a class that run in pools');

/** A method that runs in a pool. */
export interface PooledMethod {
  /** `Reports.render` */
  readonly name: string;
  /** The name of the pool. */
  readonly pool: string;
  /** Where Nest puts the pool into an instance. */
  readonly property: symbol;
}

export function addPooledMethod(prototype: object, method: PooledMethod): void {
  Reflect.defineMetadata(POOLED, [...pooledMethodsOf(prototype), method], prototype);
}

/** Those of a class, by its prototype or an instance, and of the classes above. */
export function pooledMethodsOf(target: unknown): readonly PooledMethod[] {
  if (typeof target !== 'object' || target === null) return [];
  return (Reflect.getMetadata(POOLED, target) ?? []) as readonly PooledMethod[];
}
