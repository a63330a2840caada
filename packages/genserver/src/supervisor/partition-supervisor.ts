import { InvalidOptionError } from '../errors.js';
import { refuse, type Stopped } from '../gen-server/outcome.js';
import type { Process } from '../process/process.js';
import type { Child } from './child.js';
import type { ChildSpec } from './child-spec.js';
import { NoPartitionsError } from './errors.js';
import { type PartitionKey, partitionOf } from './partition-key.js';
import { Supervisor, type SupervisorPlan } from './supervisor.js';

/**
 * The same child several times, each for its part of the keys. Callers read who is responsible directly, not through the
 * mailbox. Children that a resize has put out of use are kept, and not run (PART-016).
 */
export class PartitionSupervisor extends Supervisor {
  #specs: readonly ChildSpec[] = [];
  /** The partitions in use are the first ones. */
  #inUse = 0;

  get partitions(): number {
    return this.#inUse;
  }

  /** What is responsible for a key: its specification always, its process while it runs. */
  find(key: PartitionKey): { readonly spec: ChildSpec; readonly process: Process | undefined } {
    const spec = this.#inUse === 0 ? undefined : this.#specs[partitionOf(key, this.#inUse)];
    if (spec === undefined) throw new NoPartitionsError(this.process.label);
    return { spec, process: this.childWithId(spec.id)?.process };
  }

  /** Returns how many were in use before. */
  async resize(partitions: number): Promise<number> {
    const before = this.#inUse;
    const most = this.#specs.length;
    if (!Number.isSafeInteger(partitions) || partitions < 0 || partitions > most) {
      const expected = `an integer from 0 to ${most}, which is how many it was started with`;
      return refuse(new InvalidOptionError('partitions', expected, partitions));
    }
    this.#inUse = Math.min(before, partitions); // first, so that nobody is sent to one that stops
    for (const { id } of this.#specs.slice(partitions, before).toReversed()) await this.terminateChild(id);
    for (const { id } of this.#specs.slice(before, partitions)) {
      const failure = await this.#startAgain(this.childWithId(id));
      if (failure !== undefined) return refuse(failure.error);
      this.#inUse++;
    }
    return before;
  }

  protected override startWith(plan: SupervisorPlan): Promise<void | Stopped> {
    this.#specs = plan.children;
    this.#inUse = plan.children.length;
    return super.startWith(plan);
  }

  /** A group restart does not bring back what a resize has put out of use. */
  protected override isWanted({ id }: Child): boolean {
    return this.#specs.findIndex((spec) => spec.id === id) < this.#inUse;
  }

  async #startAgain(child: Child | undefined): Promise<{ readonly error: unknown } | undefined> {
    if (child === undefined || child.isActive) return undefined; // a temporary one that has ended; one started by hand
    const outcome = await this.startChildProcess(child);
    return outcome.kind === 'failed' ? outcome : undefined;
  }
}
