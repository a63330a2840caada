import {
  ChildError,
  type DynamicSupervisorRef,
  ProcessExitedError,
  type Pid,
  type Runtime,
  StartError,
  StopFailedError,
  SupervisorOptionError,
  type SupervisorRef,
} from '@rookery/genserver';
import type { Ending, Json, Step } from '../scenario/scenario.js';
import type { Ledger } from './ledger.js';
import { refusalToJson, toJson, toReason } from './reasons.js';
import { toSpec } from './specs.js';
import { EndYourself, Worker, type World } from './worker.js';

type Of<Op extends Step['op']> = Extract<Step, { readonly op: Op }>;
type ChildStep = Exclude<Step, Of<'exit' | 'signal' | 'stop' | 'batch' | 'sleep'>>;

/** Performs the steps of a scenario; runs inside the driver's handlers, so the driver is who calls and signals. */
export class Steps {
  readonly #runtime: Runtime;
  readonly #world: World;
  readonly #ledger: Ledger;

  constructor(runtime: Runtime, world: World) {
    this.#runtime = runtime;
    this.#world = world;
    this.#ledger = world.ledger;
  }

  /** Its result, as the oracle writes it. */
  async perform(step: Step): Promise<Json> {
    if (step.op === 'sleep') return 'ok'; // time is moved from outside
    const pid = this.liveOne('target' in step ? step.target : step.sup);
    if (pid === undefined) return 'not_alive';
    try {
      return await this.#act(step, pid);
    } catch (error) {
      return this.#failure(step, error);
    }
  }

  /** The newest instance of an id, if it is alive. */
  liveOne(id: string): Pid | undefined {
    const pid = this.#ledger.newest(id)?.pid;
    return pid === undefined ? undefined : this.#runtime.whereis(pid);
  }

  supervisor(id: string): SupervisorRef {
    return this.#runtime.supervisor(this.#newest(id));
  }

  dynamicSupervisor(id: string): DynamicSupervisorRef {
    return this.#runtime.dynamicSupervisor(this.#newest(id));
  }

  /** Of what has been started: a scenario names nothing else. */
  #newest(id: string): Pid {
    const pid = this.#ledger.newest(id)?.pid;
    if (pid === undefined) throw new Error(`The scenario names ${id}, which was never started.`);
    return pid;
  }

  async #act(step: Exclude<Step, Of<'sleep'>>, pid: Pid): Promise<Json> {
    if (step.op === 'exit') this.#end(step.target, new EndYourself(step.reason, step.via));
    else if (step.op === 'signal') this.#signal(pid, step.reason);
    else if (step.op === 'stop') await this.#runtime.stop(pid, toReason(step.reason as string));
    else if (step.op === 'batch') return this.#batch(step, pid);
    else return this.#administer(step);
    return 'ok';
  }

  #end(id: string, how: EndYourself): void {
    this.#runtime.ref(Worker, this.#newest(id)).send(how);
  }

  #signal(pid: Pid, reason: Ending): void {
    if (reason === 'kill') this.#runtime.kill(pid);
    else this.#runtime.exit(pid, toReason(reason as string));
  }

  /** All end while the supervisor handles nothing; then it finds all the exits in its mailbox. */
  async #batch({ exits }: Of<'batch'>, supervisor: Pid): Promise<Json> {
    const results: Json[] = [];
    await this.#runtime.sys.suspend(supervisor);
    for (const [id, reason] of exits) results.push(await this.#endAndWait(id, reason));
    await this.#runtime.sys.resume(supervisor);
    return results;
  }

  async #endAndWait(id: string, reason: Ending): Promise<Json> {
    const pid = this.liveOne(id);
    if (pid === undefined) return 'not_alive';
    const exited = this.#runtime.exited(pid);
    this.#end(id, new EndYourself(reason));
    await exited;
    return 'ok';
  }

  #administer(step: ChildStep): Promise<Json> {
    return 'dynamic' in step && step.dynamic ? this.#toDynamic(step) : this.#toStatic(step);
  }

  async #toStatic(step: ChildStep): Promise<Json> {
    const ref = this.supervisor(step.sup);
    if (step.op === 'start_child') {
      return { ok: this.#nameOf(pidOf(await ref.startChild(toSpec(step.child, this.#world)))) };
    }
    if (step.op === 'restart_child') return { ok: this.#nameOf(await ref.restartChild(step.id)) };
    if (step.op === 'count_children') return { ...(await ref.countChildren()) };
    if (step.op === 'which_children') {
      const children = await ref.whichChildren();
      return children.map(({ id, pid, type }) => [String(id), this.#nameOf(pid), type]).toReversed();
    }
    await (step.op === 'terminate_child' ? ref.terminateChild(step.id) : ref.deleteChild(step.id));
    return 'ok';
  }

  async #toDynamic(step: ChildStep): Promise<Json> {
    const ref = this.dynamicSupervisor(step.sup);
    if (step.op === 'terminate_child') {
      const pid = this.liveOne(step.id);
      if (pid === undefined) return 'not_alive';
      await ref.terminateChild(pid);
      return 'ok';
    }
    if (step.op === 'start_child') {
      const pid = pidOf(await ref.startChild(toSpec(step.child, this.#world) as never));
      return pid === undefined ? 'ignore' : { ok: this.#nameOf(pid) };
    }
    if (step.op === 'count_children') return { ...(await ref.countChildren()) };
    const children = await ref.whichChildren();
    const names = children.map(({ pid, type }) => [this.#nameOf(pid), type] as const);
    return names.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, type]) => ['undefined', name, type]);
  }

  #nameOf(pid: Pid | undefined): string {
    return pid === undefined ? 'undefined' : this.#ledger.nameOf(pid);
  }

  #failure(step: Step, error: unknown): Json {
    if (error instanceof ChildError) {
      const { kind, pid } = error;
      return { error: kind === 'already_started' ? { already_started: this.#nameOf(pid) } : kind };
    }
    if (error instanceof StartError) {
      const reason = toJson(error.reason);
      const isWrapped = step.op === 'start_child' && step.dynamic !== true;
      return { error: isWrapped ? { start_failed: reason } : reason };
    }
    if (error instanceof StopFailedError || error instanceof ProcessExitedError) return { exit: toJson(error.reason) };
    if (error instanceof SupervisorOptionError) return { error: refusalToJson(error) };
    throw error;
  }
}

function pidOf(ref: unknown): Pid | undefined {
  return (ref as { readonly pid: Pid } | undefined)?.pid;
}
