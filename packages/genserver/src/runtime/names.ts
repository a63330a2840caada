import { InvalidOptionError } from '../errors.js';
import type { NameClaim, Process } from '../process/process.js';
import type { Kernel } from './kernel.js';

/** A name in another directory than the runtime's own, such as a Registry: OTP's `{via, Module, Term}` (GS-019). */
export interface ViaName {
  /** How messages to people call it. */
  toString(): string;
  /** Who holds the name now. */
  whereis(kernel: Kernel): Process | undefined;
  /** Takes the name for the process, or returns who holds it. Throws when the directory itself is not there. */
  claim(kernel: Kernel, process: Process): NameClaim | Process;
}

/** What a process can be registered as: one string or symbol in the runtime, or a key of a registry. */
export type Name = string | symbol | ViaName;

/** The runtime's own directory: one name, one process. Forgets a name when its process ends. */
export class Names {
  readonly #holders = new Map<string | symbol, Process>();

  whereis(name: string | symbol): Process | undefined {
    return this.#holders.get(name);
  }

  claim(name: string | symbol, process: Process): NameClaim | Process {
    const holder = this.#holders.get(name);
    if (holder !== undefined) return holder;
    this.#holders.set(name, process);
    return { release: () => void this.#holders.delete(name) };
  }
}

/** Refuses what cannot be a name: the empty string and other types (PROC-027, GS-017). */
export function checkName(name: unknown): asserts name is Name {
  const isVia = typeof name === 'object' && name !== null && 'whereis' in name && 'claim' in name;
  if (typeof name === 'symbol' || isVia || (typeof name === 'string' && name !== '')) return;
  throw new InvalidOptionError('name', 'a non-empty string, a symbol, or via(registry, key)', name);
}
