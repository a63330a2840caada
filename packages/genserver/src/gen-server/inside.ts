import { InvalidOptionError } from '../errors.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';

/** The way from the public face to the runtime behind it, for this package's own code. */
export const inside: unique symbol = Symbol('rookery.inside');

/**
 * From where something is started or sent: a runtime, when it belongs to nobody; a server's own `this.self`, when that
 * process is to be its owner.
 */
export interface Where {
  readonly [inside]: { readonly kernel: Kernel; readonly process: Process | undefined };
}

/** Where a task or a stream begins; by its absence, the mistake that is made most easily. */
export function checkWhere(where: unknown): asserts where is Where {
  if ((where as Partial<Where> | null | undefined)?.[inside] !== undefined) return;
  throw new InvalidOptionError('where', 'a runtime, or `this.self` of a server', where);
}
