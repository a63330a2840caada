import type { NameClaim, Process } from '../process/process.js';
import { type Address, isProcessRef } from '../runtime/address.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { checkName, type ViaName } from '../runtime/names.js';
import { bookOf, findBook } from './find-registry.js';
import { checkKey, formatKey } from './key.js';
import type { RegistryRef } from './registry-ref.js';

class Via implements ViaName {
  constructor(
    private readonly registry: Address,
    private readonly key: unknown,
    private readonly value: unknown,
  ) {}

  toString(): string {
    return `${formatName(this.registry)}/${formatKey(this.key)}`;
  }

  whereis(kernel: Kernel): Process | undefined {
    return findBook(kernel, this.registry)?.holder(this.key);
  }

  claim(kernel: Kernel, process: Process): NameClaim | Process {
    const book = bookOf(kernel, this.registry, `register ${formatKey(this.key)}`);
    book.checkUnique('name a process');
    return book.register(process, this.key, this.value);
  }
}

/** Key and value as the ref of a registry says; anything for another address. */
type ViaArguments<A extends Address> =
  A extends RegistryRef<infer Key, infer Value> ? [key: Key, value?: Value] : [key: unknown, value?: unknown];

/**
 * The name `key` in a registry with unique keys, for `start`, `child` and `runtime.ref`: OTP's `{via, Registry, {Name, Key}}`.
 * Give the registry by name, or by a ref that has one, and it is found again after a restart. The process is registered with
 * `value` (default undefined) before its init runs; to find it the value is not needed, and does not matter (REG-031, REG-032).
 */
export function via<A extends Address>(registry: A, ...[key, value]: ViaArguments<A>): ViaName {
  if (typeof registry !== 'number' && !isProcessRef(registry)) checkName(registry);
  checkKey(key);
  return new Via(registry, key, value);
}
