import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { Name } from './names.js';

/** Finds the process that a reference now stands for. A symbol, so that it is not part of the public face of a ref. */
export const locate: unique symbol = Symbol('rookery.locate');

/** Something that stands for a process, whichever holds the place now: a server ref or a supervisor ref. */
export interface ProcessRef {
  readonly [locate]: () => Process | undefined;
  toString(): string;
}

/** All that names a process: its pid, its name, or a ref. */
export type Address = Pid | Name | ProcessRef;

export function isProcessRef(value: unknown): value is ProcessRef {
  return typeof value === 'object' && value !== null && locate in value;
}
