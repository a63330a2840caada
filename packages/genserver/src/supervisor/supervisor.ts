import { ChildError } from '../errors.js';
import { Ignored, refuse, stop, type Stopped } from '../gen-server/outcome.js';
import { ExitReason, type FailedToStartChild } from '../process/exit-reason.js';
import type { Process } from '../process/process.js';
import { type AutoShutdown, checkSignificance, endsSupervisor } from './auto-shutdown.js';
import { BaseSupervisor, type RestartPlan } from './base-supervisor.js';
import { Child } from './child.js';
import { type ChildId, type ChildSpec, formatId } from './child-spec.js';
import { type ChildCounts, type ChildView, countOf, viewOf } from './child-view.js';
import { affectedBy, type Strategy } from './strategy.js';

/** What a supervisor process is started with; checked before, by `supervisorSpec`. */
export interface SupervisorPlan extends RestartPlan {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly children: readonly ChildSpec[];
}

/** The supervisor process: an ordered list of children, started one after another and stopped in reverse. */
export class Supervisor extends BaseSupervisor {
  /** In start order; a restarted child keeps its place (SUP-038). */
  readonly #children = new Map<ChildId, Child>();
  #strategy: Strategy = 'one_for_one';
  #autoShutdown: AutoShutdown = 'never';

  override get children(): Iterable<Child> {
    return this.#children.values();
  }

  get strategy(): Strategy {
    return this.#strategy;
  }

  override async init(
    given: SupervisorPlan | (() => Promise<SupervisorPlan | Ignored>),
  ): Promise<void | Ignored | Stopped> {
    const plan = typeof given === 'function' ? await given() : given;
    if (plan instanceof Ignored) return plan; // SUP-005
    return this.startWith(plan);
  }

  protected async startWith(plan: SupervisorPlan): Promise<void | Stopped> {
    this.watchOver(plan);
    this.#strategy = plan.strategy;
    this.#autoShutdown = plan.autoShutdown;
    for (const spec of plan.children) {
      const child = new Child(spec);
      const outcome = await this.startChildProcess(child);
      if (outcome.kind === 'failed') return this.#failToStart(child, outcome.reason);
      this.#keep(child);
    }
  }

  override async terminate(): Promise<void> {
    await this.#stopAll([...this.#children.values()]);
  }

  async startChild(spec: ChildSpec): Promise<Process | undefined> {
    const misfit = misfitOf(() => checkSignificance(this.#autoShutdown, spec, formatId(spec.id)));
    if (misfit !== undefined) return refuse(misfit);
    const known = this.#children.get(spec.id);
    if (known !== undefined) return this.#refuse(known.process ? 'already_started' : 'already_present', spec.id);
    const child = new Child(spec);
    const outcome = await this.startChildProcess(child);
    if (outcome.kind === 'failed') return refuse(outcome.error); // the specification is not kept (SUP-080)
    this.#keep(child);
    return child.process;
  }

  async terminateChild(id: ChildId): Promise<void> {
    const child = this.#children.get(id);
    if (child === undefined) return this.#refuse('not_found', id);
    await this.stopChild(child);
    this.settle(child);
  }

  async restartChild(id: ChildId): Promise<Process | undefined> {
    const child = this.#idle(id);
    if (!(child instanceof Child)) return child;
    child.delays = 0; // somebody has looked after it
    const outcome = await this.startChildProcess(child);
    return outcome.kind === 'failed' ? refuse(outcome.error) : child.process; // SUP-088: it stays, without a retry
  }

  deleteChild(id: ChildId): void {
    const child = this.#idle(id);
    if (!(child instanceof Child)) return child;
    this.#children.delete(id);
  }

  whichChildren(): readonly ChildView[] {
    return [...this.#children.values()].map(viewOf);
  }

  whichChild(id: ChildId): ChildView {
    const child = this.#children.get(id);
    return child === undefined ? this.#refuse('not_found', id) : viewOf(child);
  }

  getChildSpec(id: ChildId): ChildSpec {
    return this.#children.get(id)?.spec ?? this.#refuse('not_found', id);
  }

  countChildren(): ChildCounts {
    return countOf(this.#children.values());
  }

  protected override async bringBack(failed: Child): Promise<Child | undefined> {
    const group = this.#groupOf(failed);
    if (this.#strategy !== 'one_for_one') await this.#stopAll(group);
    for (const child of group) {
      if (!this.#children.has(child.id) || !this.isWanted(child)) continue; // a temporary sibling is stopped and dropped (SUP-034)
      const outcome = await this.startChildProcess(child, true);
      if (outcome.kind === 'failed') return child;
    }
    return undefined;
  }

  /** The group goes at once; who of it was waiting for a restart of its own comes back with the group. */
  protected override async takeDown(failed: Child): Promise<void> {
    if (this.#strategy !== 'one_for_one') await this.#stopAll(this.#groupOf(failed));
  }

  /** Whether a restart of the whole group starts this child, too. */
  protected isWanted(_child: Child): boolean {
    return true;
  }

  protected childWithId(id: ChildId): Child | undefined {
    return this.#children.get(id);
  }

  #groupOf(failed: Child): readonly Child[] {
    return affectedBy[this.#strategy](this.#children.values(), failed);
  }

  /** A temporary child is forgotten, any other keeps its place and can be started again (SUP-027, SUP-029). */
  protected override settle(child: Child): void {
    if (child.spec.restart === 'temporary') this.#children.delete(child.id);
  }

  protected override isOver(ended: Child): boolean {
    return endsSupervisor(this.#autoShutdown, ended, this.#children.values());
  }

  /** A child that ignores is kept, unless it is temporary (SUP-023, SUP-082). */
  #keep(child: Child): void {
    if (child.process !== undefined || child.spec.restart !== 'temporary') this.#children.set(child.id, child);
  }

  async #stopAll(inStartOrder: readonly Child[]): Promise<void> {
    for (const child of inStartOrder.toReversed()) {
      await this.stopChild(child);
      this.settle(child);
    }
  }

  async #failToStart({ label }: Child, reason: ExitReason): Promise<Stopped> {
    await this.terminate();
    const detail: FailedToStartChild = { kind: 'failed_to_start_child', id: label, reason };
    return stop(ExitReason.shutdownWith(detail));
  }

  /** The child, if it neither runs nor is being restarted; the refusal otherwise (SUP-089, SUP-090). */
  #idle(id: ChildId): Child {
    const child = this.#children.get(id);
    if (child === undefined) return this.#refuse('not_found', id);
    return child.state === 'stopped' ? child : this.#refuse(child.state, id);
  }

  #refuse(kind: ChildError['kind'], id: ChildId): never {
    return refuse(new ChildError(kind, formatId(id), this.process.label, this.#children.get(id)?.process?.pid));
  }
}

/** Why the specification does not fit this supervisor: told to the caller, not a reason to end. */
function misfitOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}
