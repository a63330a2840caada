import { ChildError } from '../errors.js';
import { Ignored, refuse } from '../gen-server/outcome.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { formatName } from '../runtime/kernel.js';
import { BaseSupervisor, type RestartPlan } from './base-supervisor.js';
import { Child } from './child.js';
import { type ChildSpec, formatId } from './child-spec.js';
import { type ChildCounts, type ChildView, countOf, viewOf } from './child-view.js';

/** What a dynamic supervisor process is started with. */
export interface DynamicSupervisorPlan extends RestartPlan {
  readonly maxChildren: number;
  /** Before the arguments of each child. */
  readonly extraArguments: readonly unknown[];
}

/** How a child is added at once, on the caller's stack. A symbol, so that it is no message. */
export const adopt: unique symbol = Symbol('rookery.adopt');

/** Children of one kind, added while running; always one_for_one; stopped all at the same time (DYN-023). */
export class DynamicSupervisor extends BaseSupervisor {
  readonly #children = new Set<Child>();
  /** Those between two tries that have a name: it finds nobody meanwhile. */
  readonly #restarting = new Map<string, Child>();
  #maxChildren = Infinity;
  #extraArguments: readonly unknown[] = [];

  override get children(): Iterable<Child> {
    return this.#children;
  }

  override init(
    given: DynamicSupervisorPlan | (() => Promise<DynamicSupervisorPlan | Ignored>),
  ): void | Ignored | Promise<void | Ignored> {
    return typeof given === 'function' ? given().then((plan) => this.#startWith(plan)) : this.#startWith(given);
  }

  #startWith(plan: DynamicSupervisorPlan | Ignored): void | Ignored {
    if (plan instanceof Ignored) return plan;
    this.watchOver(plan);
    this.#maxChildren = plan.maxChildren;
    this.#extraArguments = plan.extraArguments;
  }

  override async terminate(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.stopChild(child)));
  }

  async startChild(spec: ChildSpec): Promise<Process | undefined> {
    if (this.#isFull) return refuse(this.#fullError(spec));
    const child = new Child(this.#withExtraArguments(spec));
    const outcome = await this.startChildProcess(child);
    if (outcome.kind === 'failed') return refuse(outcome.error);
    if (outcome.kind === 'ignored') return undefined; // nothing is kept (DYN-007)
    this.#children.add(child);
    return outcome.process;
  }

  /** Adds a child that needs no time to start: a task. Throws when there are as many as there may be (TSUP-012). */
  [adopt](spec: ChildSpec, launch: (supervisor: Process) => Process): Process {
    if (this.#isFull) throw this.#fullError(spec);
    const child = new Child(spec);
    const process = launch(this.process);
    this.adoptChild(child, process);
    this.#children.add(child);
    return process;
  }

  /** By pid; or by name, which while it is being restarted is all that is known of it. */
  async terminateChild(target: Pid | string): Promise<void> {
    const child = typeof target === 'number' ? this.childOf(target) : this.#restarting.get(target);
    if (child === undefined) {
      const name = typeof target === 'number' ? `<${target}>` : target;
      return refuse(new ChildError('not_found', name, this.process.label));
    }
    await this.stopChild(child);
    this.settle(child);
  }

  whichChildren(): readonly ChildView[] {
    return [...this.#children].map(viewOf);
  }

  countChildren(): ChildCounts {
    return countOf(this.#children);
  }

  protected override async bringBack(child: Child): Promise<Child | undefined> {
    const outcome = await this.startChildProcess(child, true);
    if (outcome.kind === 'failed') return child;
    this.#unmark(child);
    if (outcome.kind === 'ignored') this.#children.delete(child); // DYN-018
    return undefined;
  }

  protected override markRestarting(child: Child): void {
    super.markRestarting(child);
    const name = nameOf(child.spec);
    if (name !== undefined) this.#restarting.set(name, child);
  }

  /** Whoever is not restarted is forgotten (DYN-013, DYN-014). */
  protected override settle(child: Child): void {
    this.#children.delete(child);
    this.#unmark(child);
  }

  /** One that is being restarted counts as well (DYN-010). */
  get #isFull(): boolean {
    return this.#children.size >= this.#maxChildren;
  }

  #fullError({ id }: ChildSpec): ChildError {
    return new ChildError('max_children', formatId(id), this.process.label);
  }

  #withExtraArguments(spec: ChildSpec): ChildSpec {
    if (this.#extraArguments.length === 0) return spec;
    const args = [...this.#extraArguments, ...(spec.start.args ?? [])];
    return { ...spec, start: { ...spec.start, args } };
  }

  #unmark(child: Child): void {
    const name = nameOf(child.spec);
    if (name !== undefined && this.#restarting.get(name) === child) this.#restarting.delete(name);
  }
}

function nameOf({ start: { name } }: ChildSpec): string | undefined {
  return name === undefined ? undefined : formatName(name);
}
