import { notStarted } from './errors.js';

/** What can be asked of a ref to nobody. */
const HARMLESS: ReadonlySet<string> = new Set(['constructor', 'toString', 'pid', 'isAlive']);

/** Whatever is asked of this ref from now on throws an error that says why nobody is there. */
export function closeRef(ref: unknown, name: string): void {
  if (typeof ref !== 'object' || ref === null) return;
  const refuse = (): never => {
    throw notStarted(name);
  };
  for (const member of membersOf(ref)) Reflect.defineProperty(ref, member, { get: refuse, configurable: true });
}

function membersOf(ref: object): ReadonlySet<string> {
  const members = new Set<string>();
  let prototype = Object.getPrototypeOf(ref) as object | null;
  for (
    ;
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(prototype)) if (!HARMLESS.has(name)) members.add(name);
  }
  return members;
}
