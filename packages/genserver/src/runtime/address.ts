import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { checkName, type Name } from './names.js';

/** Finds the process that a reference now stands for. A symbol, so that it is not part of the public face of a ref. */
export const locate: unique symbol = Symbol('rookery.locate');

/** The name that a reference goes by; undefined when it means one process. */
export const named: unique symbol = Symbol('rookery.named');

/** Something that stands for a process, whichever holds the place now: a server ref or a supervisor ref. */
export interface ProcessRef {
  readonly [locate]: () => Process | undefined;
  readonly [named]: Name | undefined;
  toString(): string;
}

/** All that names a process: its pid, its name, or a ref. */
export type Address = Pid | Name | ProcessRef;

export function isProcessRef(value: unknown): value is ProcessRef {
  return typeof value === 'object' && value !== null && locate in value;
}

/** The name in an address; undefined for a pid and for a reference to one process. */
export function nameOf(address: Address): Name | undefined {
  if (typeof address === 'number') return undefined;
  if (isProcessRef(address)) return address[named];
  checkName(address);
  return address;
}

/** A name as who monitored it sees it again (MON-009). */
export function plainName(name: Name | undefined): string | symbol | undefined {
  return typeof name === 'object' ? name.toString() : name;
}
