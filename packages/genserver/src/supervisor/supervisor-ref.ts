import { InvalidOptionError } from '../errors.js';
import { ServerBehaviour } from '../gen-server/dispatch.js';
import type { GenServer, ServerClass } from '../gen-server/gen-server.js';
import type { CallClient } from '../gen-server/messages.js';
import { ServerRef } from '../gen-server/server-ref.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { isProcessRef, locate, named, type ProcessRef } from '../runtime/address.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Name } from '../runtime/names.js';
import { type ChildId, type ChildSpec, toDynamicSpec, toSpec } from './child-spec.js';
import type { ChildCounts, ChildView } from './child-view.js';
import { DynamicSupervisor } from './dynamic-supervisor.js';
import { Supervisor } from './supervisor.js';

/** What all kinds of supervisor ref have. Requests wait without a time limit, as a supervisor waits for its children (SUP-095). */
export abstract class AnySupervisorRef<S extends Supervisor | DynamicSupervisor> implements ProcessRef {
  protected readonly kernel: Kernel;
  readonly #serverClass: ServerClass<S>;
  readonly #server: ServerRef<S>;
  readonly #call: CallClient<S>;

  constructor(kernel: Kernel, serverClass: ServerClass<S>, target: Process | Name | Pid) {
    this.kernel = kernel;
    this.#serverClass = serverClass;
    this.#server = new ServerRef<S>(kernel, serverClass, target);
    this.#call = this.#server.with({ timeoutMs: Infinity }).call;
  }

  /** Who stands behind it now. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  get isAlive(): boolean {
    return this.#server.isAlive;
  }

  toString(): string {
    return this.#server.toString();
  }

  get [named](): Name | undefined {
    return this.#server[named];
  }

  [locate](): Process | undefined {
    return this.#server[locate]();
  }

  /** Throws when somebody else stands behind the name: a worker would not understand the request. */
  protected get ask(): CallClient<S> {
    const behaviour = this[locate]()?.behaviour;
    const instance = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
    if (instance === undefined || instance instanceof this.#serverClass) return this.#call;
    throw new InvalidOptionError('supervisor', `the name of a ${this.#serverClass.name}`, instance);
  }

  protected toRef<Ref>(spec: ChildSpec<Ref>, process: unknown): Ref {
    return (process === undefined ? undefined : spec.toRef(this.kernel, process as Process)) as Ref;
  }
}

/** How to talk to a supervisor. */
export class SupervisorRef extends AnySupervisorRef<Supervisor> {
  /** Made by the runtime. */
  constructor(kernel: Kernel, target: Process | Name | Pid) {
    super(kernel, Supervisor, target);
  }

  /**
   * Adds a child at the end and starts it. Rejects with a ChildError (`already_started`, `already_present`) or with why the
   * start failed; the child is then not kept (SUP-077 to SUP-082).
   */
  async startChild<Ref>(spec: ChildSpec<Ref>): Promise<Ref> {
    return this.toRef(spec, await this.ask.startChild(toSpec(spec)));
  }

  /** Stops a child and keeps its specification. Its siblings are not touched (SUP-083 to SUP-086). */
  async terminateChild(id: ChildId): Promise<void> {
    return this.ask.terminateChild(id);
  }

  /** Starts a child that does not run, in its old place (SUP-087 to SUP-089). */
  async restartChild(id: ChildId): Promise<Pid | undefined> {
    return (await this.ask.restartChild(id))?.pid;
  }

  /** Forgets a child that does not run (SUP-090). */
  async deleteChild(id: ChildId): Promise<void> {
    return this.ask.deleteChild(id);
  }

  /** All children, running or not, in start order. */
  async whichChildren(): Promise<readonly ChildView[]> {
    return this.ask.whichChildren();
  }

  /** One of its children. Rejects with `not_found` (SUP-092). */
  async whichChild(id: ChildId): Promise<ChildView> {
    return this.ask.whichChild(id);
  }

  /** The specification of one of its children, with its defaults filled in. Rejects with `not_found` (SUP-092). */
  async getChildSpec(id: ChildId): Promise<ChildSpec> {
    return this.ask.getChildSpec(id);
  }

  /** How many children it has, by what they are and do. */
  async countChildren(): Promise<ChildCounts> {
    return this.ask.countChildren();
  }
}

/** How to talk to a child that is no server of a class of the user's: a supervisor of any kind, an agent, a registry, a task. */
interface NoServerRef extends ProcessRef {
  readonly call?: never;
}

/** How to talk to a dynamic supervisor. `S` is what its children have in common. */
export class DynamicSupervisorRef<
  S extends GenServer<unknown> = GenServer<unknown>,
> extends AnySupervisorRef<DynamicSupervisor> {
  /** Made by the runtime. */
  constructor(kernel: Kernel, target: Process | Name | Pid) {
    super(kernel, DynamicSupervisor, target);
  }

  /** Starts a child. Rejects with a ChildError (`max_children`) or with why the start failed (DYN-004 to DYN-009). */
  async startChild<Ref extends ServerRef<S> | NoServerRef | undefined>(spec: ChildSpec<Ref>): Promise<Ref> {
    return this.toRef(spec, await this.ask.startChild(toDynamicSpec(spec)));
  }

  /**
   * Stops a child and forgets it; one that is just being restarted is found by the pid it had, or by a ref with its name.
   * Rejects with `not_found` if it is none (DYN-017, DYN-020, DYN-021).
   */
  async terminateChild(target: Pid | ProcessRef): Promise<void> {
    if (typeof target === 'number') return this.ask.terminateChild(target);
    if (!isProcessRef(target)) throw new InvalidOptionError('child', 'a pid or a ref', target);
    return this.ask.terminateChild(target[locate]()?.pid ?? target.toString());
  }

  /** All children, in no particular order. */
  async whichChildren(): Promise<readonly ChildView[]> {
    return this.ask.whichChildren();
  }

  /** How many children it has, by what they are and do. */
  async countChildren(): Promise<ChildCounts> {
    return this.ask.countChildren();
  }
}
