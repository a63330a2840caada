import { inspect } from 'node:util';
import { InvalidOptionError } from '../errors.js';
import { ServerBehaviour } from '../gen-server/dispatch.js';
import type { NameClaim, Process } from '../process/process.js';
import { type Address, isProcessRef } from '../runtime/address.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { checkName, type ViaName } from '../runtime/names.js';
import { checkKey, type PartitionKey } from './partition-key.js';
import { PartitionSupervisor } from './partition-supervisor.js';

class ViaPartition implements ViaName {
  constructor(
    private readonly supervisor: Address,
    private readonly key: PartitionKey,
  ) {}

  toString(): string {
    const { key } = this;
    return `${formatName(this.supervisor)}/${typeof key === 'string' ? key : inspect(key, { breakLength: Infinity })}`;
  }

  whereis(kernel: Kernel): Process | undefined {
    return findPartitionSupervisor(kernel, this.supervisor)?.find(this.key).process;
  }

  /** Partitions are started by their supervisor, and by nobody else (PART-008). */
  claim(): NameClaim {
    const expected = 'a name that can be registered (viaPartition() only finds what its supervisor has started)';
    throw new InvalidOptionError('name', expected, this.toString());
  }
}

/**
 * The partition that is responsible for `key`, as a name for `runtime.ref`, `runtime.dynamicSupervisor` and all else that takes
 * one, save starts: OTP's `{via, PartitionSupervisor, {Name, Key}}`. Give the supervisor by name, and it is found again after a
 * restart. Using it throws a NoPartitionsError after a resize to zero (PART-005 to PART-008, PART-018).
 */
export function viaPartition(supervisor: Address, key: PartitionKey): ViaName {
  if (typeof supervisor !== 'number' && !isProcessRef(supervisor)) checkName(supervisor);
  return new ViaPartition(supervisor, checkKey(key));
}

/** The running partition supervisor at an address. Throws when somebody else is there. */
export function findPartitionSupervisor(kernel: Kernel, address: Address): PartitionSupervisor | undefined {
  const process = kernel.find(address);
  if (process === undefined || process.status === 'ended') return undefined;
  const { behaviour } = process;
  const instance = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
  if (instance === undefined || instance instanceof PartitionSupervisor) return instance;
  throw new InvalidOptionError('supervisor', 'the name of a partition supervisor', process.label);
}
