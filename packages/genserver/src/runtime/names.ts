import { InvalidOptionError } from '../errors.js';
import type { NameClaim, Process } from '../process/process.js';
import { NameError } from './errors.js';
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
    return { local: name, release: () => void this.#holders.delete(name) };
  }

  /** Gives a name to a process that has none (PROC-026). */
  register(name: string | symbol, process: Process): void {
    const own = process.names?.find(({ local }) => local !== undefined);
    if (own?.local !== undefined) throw new NameError('already_named', nameText(name), process.pid);
    const claim = this.claim(name, process);
    if ('mailbox' in claim) throw new NameError('taken', nameText(name), claim.pid);
    (process.names ??= []).push(claim);
    process.name ??= nameText(name);
  }

  /** The process lives on without it (PROC-030). */
  unregister(name: string | symbol): void {
    const holder = this.#holders.get(name);
    if (holder === undefined) throw new NameError('not_registered', nameText(name));
    this.#holders.delete(name);
    holder.names = holder.names?.filter(({ local }) => local !== name);
    if (holder.name === nameText(name)) holder.name = undefined;
  }
}

function nameText(name: string | symbol): string {
  return typeof name === 'symbol' ? (name.description ?? 'symbol') : name;
}

/** What a process can be registered as afterwards: a name in the runtime's own directory. */
export function checkLocalName(name: unknown): asserts name is string | symbol {
  if (typeof name === 'symbol' || (typeof name === 'string' && name !== '')) return;
  throw new InvalidOptionError('name', 'a non-empty string or a symbol', name);
}

/** Refuses what cannot be a name: the empty string and other types (PROC-027, GS-017). */
export function checkName(name: unknown): asserts name is Name {
  const isVia = typeof name === 'object' && name !== null && 'whereis' in name && 'claim' in name;
  if (typeof name === 'symbol' || isVia || (typeof name === 'string' && name !== '')) return;
  throw new InvalidOptionError('name', 'a non-empty string, a symbol, or via(registry, key)', name);
}

/** A directory of somebody else must not keep a process from ending; but its failure must be seen. */
export function releaseName(claim: NameClaim, process: Process): void {
  try {
    claim.release(process);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
