import { InvalidOptionError, NoProcessError } from '../errors.js';
import { ServerBehaviour } from '../gen-server/dispatch.js';
import { type Address, isProcessRef, locate } from '../runtime/address.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import type { Book } from './book.js';
import { book, Registry } from './registry.js';

/** The book of the registry that runs at an address; undefined when nobody is there. Throws when somebody else is. */
export function findBook(kernel: Kernel, address: Address): Book | undefined {
  const process = isProcessRef(address) ? address[locate]() : kernel.find(address);
  if (process === undefined || process.status === 'ended') return undefined;
  const { behaviour } = process;
  const instance = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
  if (instance === undefined) return undefined;
  if (instance instanceof Registry) return instance[book];
  throw new InvalidOptionError('registry', 'the name of a Registry', process.label);
}

/** The same, but that nobody is there is an error (REG-004). */
export function bookOf(kernel: Kernel, address: Address, request: string): Book {
  const found = findBook(kernel, address);
  if (found === undefined) throw new NoProcessError(formatName(address), request);
  return found;
}
