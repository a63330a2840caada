import { InvalidOptionError } from '@rookery/genserver';
import type { InjectionTarget } from '../decorators/tokens.js';
import { isServerClass } from '../tree/is-server-class.js';

export function checkParts(parts: readonly InjectionTarget[]): void {
  for (const part of parts) {
    const isSpec = typeof part === 'object' && part !== null && 'serverClass' in part;
    if (typeof part === 'function' || isSpec || (typeof part === 'string' && part !== '')) continue;
    throw new InvalidOptionError('startOnly', 'classes of the tree, specifications of a children list, or names', part);
  }
}

export function checkServer(serverClass: unknown): void {
  if (isServerClass(serverClass)) return;
  throw new InvalidOptionError('overrideServer', 'a class that extends GenServer', serverClass);
}
