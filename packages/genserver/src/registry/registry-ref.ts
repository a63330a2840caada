import type { Pid } from '../process/pid.js';
import { type Address, locate, type ProcessRef } from '../runtime/address.js';
import type { Process } from '../process/process.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { findRegistry } from './via.js';

/** How to read a registry. Reads are direct: they cost a look into a Map and see each change at once. */
export class RegistryRef implements ProcessRef {
  readonly #kernel: Kernel;
  readonly #address: Address;

  /** Made by the runtime. */
  constructor(kernel: Kernel, address: Address) {
    this.#kernel = kernel;
    this.#address = address;
  }

  /** Who holds the key; undefined when nobody does, or when the registry itself is not running. */
  whereis(key: unknown): Pid | undefined {
    return findRegistry(this.#kernel, this.#address)?.holder(key)?.pid;
  }

  /** The keys that are held now, in the order in which they were registered. */
  keys(): readonly unknown[] {
    return [...(findRegistry(this.#kernel, this.#address)?.table.keys() ?? [])];
  }

  /** How many keys are held now. */
  count(): number {
    return findRegistry(this.#kernel, this.#address)?.table.size ?? 0;
  }

  toString(): string {
    return formatName(this.#address);
  }

  [locate](): Process | undefined {
    return this.#kernel.find(this.#address);
  }
}
