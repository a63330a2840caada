import { NoProcessError } from '../errors.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Name } from '../runtime/names.js';
import type { ChildSpec } from './child-spec.js';
import type { ChildCounts, ChildView } from './child-view.js';
import type { PartitionKey } from './partition-key.js';
import { PartitionSupervisor } from './partition-supervisor.js';
import { AnySupervisorRef } from './supervisor-ref.js';
import { findPartitionSupervisor, viaPartition } from './via-partition.js';

/** A partition as `whichChildren` tells it. */
export interface PartitionView extends Omit<ChildView, 'id'> {
  /** From 0. */
  readonly partition: number;
}

/** How to talk to a partition supervisor. `Ref` is what its partitions are reached by. */
export class PartitionSupervisorRef<Ref = unknown> extends AnySupervisorRef<PartitionSupervisor> {
  /** Made by the runtime. */
  constructor(kernel: Kernel, target: Process | Name | Pid) {
    super(kernel, PartitionSupervisor, target);
  }

  /**
   * Whoever is responsible for the key, now and after restarts and resizes. Throws a NoProcessError when the supervisor does
   * not run, a NoPartitionsError after a resize to zero (PART-005, PART-006).
   */
  route(key: PartitionKey): NonNullable<Ref> {
    const { spec } = this.#running('route').find(key);
    return (spec as ChildSpec<NonNullable<Ref>>).toRef(this.kernel, viaPartition(this, key));
  }

  /** How many are in use now: read directly. Throws a NoProcessError when it does not run (PART-013, PART-014). */
  partitions(): number {
    return this.#running('partitions').partitions;
  }

  /**
   * Uses only so many of them, at most as many as it was started with: the others are stopped, and started again when they are
   * needed. Keys are spread over those in use. Resolves with how many were in use before. When one does not start, rejects
   * with why, and those before it are in use (PART-016 to PART-018).
   */
  async resize(partitions: number): Promise<number> {
    return this.ask.resize(partitions);
  }

  /** All partitions, those out of use too, in their order (PART-012). */
  async whichChildren(): Promise<readonly PartitionView[]> {
    return (await this.ask.whichChildren()).map(({ id, ...view }) => ({ partition: Number(id), ...view }));
  }

  /** How many partitions it has, by what they are and do. `specs` stays what it was started with (PART-012, PART-016). */
  async countChildren(): Promise<ChildCounts> {
    return this.ask.countChildren();
  }

  #running(request: string): PartitionSupervisor {
    const supervisor = findPartitionSupervisor(this.kernel, this);
    if (supervisor === undefined) throw new NoProcessError(this.toString(), request);
    return supervisor;
  }
}
