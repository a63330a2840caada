type Method = (...args: unknown[]) => unknown;

/** On a guard: what stood in its place, once it has gone. Another guard may have been put above it. */
const BELOW = Symbol.for('@rookery/nestjs: what stood in the place of a guard');
type Guard = Method & { [BELOW]?: { readonly own: PropertyDescriptor | undefined } };

/** How often a method is guarded, and by what. */
export interface GuardOptions {
  readonly calls: number;
  /** Whether a call is one of those; the others go through as they are. */
  readonly isOne: () => boolean;
  readonly around: (call: () => unknown) => unknown;
  /** Told when the method is as it was. */
  readonly onRemoved: (remove: () => void) => void;
}

/**
 * Puts a guard around a method of one object, an own property of it that is gone after so many calls. Returns how to take it away
 * earlier; undefined if there is no such method, or the object is frozen.
 */
export function guardMethod(object: object, name: string, options: GuardOptions): (() => void) | undefined {
  const method: unknown = Reflect.get(object, name);
  if (typeof method !== 'function') return undefined;
  const own = Reflect.getOwnPropertyDescriptor(object, name);
  let callsLeft = options.calls;
  const guard: Guard = (...args) => {
    const call = (): unknown => (method as Method).apply(object, args);
    if (callsLeft === 0 || !options.isOne()) return call();
    callsLeft--;
    if (callsLeft === 0) remove();
    return options.around(call);
  };
  const remove = (): void => {
    callsLeft = 0;
    guard[BELOW] = { own };
    if (Reflect.get(object, name) === guard) restore(object, name, own);
    options.onRemoved(remove);
  };
  const isSet = Reflect.defineProperty(object, name, {
    value: guard,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return isSet ? remove : undefined;
}

function restore(object: object, name: string, own: PropertyDescriptor | undefined): void {
  let below = own;
  for (let gone = goneOf(below); gone !== undefined; gone = goneOf(below)) below = gone.own;
  if (below === undefined) Reflect.deleteProperty(object, name);
  else Reflect.defineProperty(object, name, below);
}

/** Of a guard of another application that has gone meanwhile. */
function goneOf(descriptor: PropertyDescriptor | undefined): Guard[typeof BELOW] {
  return (descriptor?.value as Guard | undefined)?.[BELOW];
}
