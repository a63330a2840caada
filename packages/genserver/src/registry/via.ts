import { inspect } from 'node:util';
import { InvalidOptionError, NoProcessError } from '../errors.js';
import { ServerBehaviour } from '../gen-server/dispatch.js';
import type { NameClaim, Process } from '../process/process.js';
import { type Address, isProcessRef, locate } from '../runtime/address.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { checkName, type ViaName } from '../runtime/names.js';
import { Registry } from './registry.js';

class Via implements ViaName {
  constructor(
    private readonly registry: Address,
    private readonly key: unknown,
  ) {}

  toString(): string {
    return `${formatName(this.registry)}/${formatKey(this.key)}`;
  }

  whereis(kernel: Kernel): Process | undefined {
    return findRegistry(kernel, this.registry)?.holder(this.key);
  }

  claim(kernel: Kernel, process: Process): NameClaim | Process {
    const registry = findRegistry(kernel, this.registry);
    if (registry === undefined) throw new NoProcessError(formatName(this.registry), `register ${formatKey(this.key)}`);
    return registry.claim(this.key, process);
  }
}

/**
 * The name `key` in a registry, for `start`, `child` and `runtime.ref`: OTP's `{via, Registry, {Name, Key}}`. Give the
 * registry by name, or by a ref that has one, and it is found again after a restart.
 */
export function via(registry: Address, key: unknown): ViaName {
  if (typeof registry !== 'number' && !isProcessRef(registry)) checkName(registry);
  if (key === undefined || key === null) throw new InvalidOptionError('key', 'anything but null and undefined', key);
  return new Via(registry, key);
}

/** Keys may be any value, also one that cannot be turned into text. */
function formatKey(key: unknown): string {
  return typeof key === 'string' ? key : inspect(key, { depth: 0, breakLength: Infinity });
}

/** The running registry at an address. Throws when somebody else is there. */
export function findRegistry(kernel: Kernel, address: Address): Registry | undefined {
  const process = isProcessRef(address) ? address[locate]() : kernel.find(address);
  if (process === undefined || process.status === 'ended') return undefined;
  const { behaviour } = process;
  const instance = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
  if (instance === undefined || instance instanceof Registry) return instance;
  throw new InvalidOptionError('registry', 'the name of a Registry', process.label);
}
