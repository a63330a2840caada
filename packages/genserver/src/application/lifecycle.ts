import { StartError } from '../errors.js';
import { inside } from '../gen-server/inside.js';
import { ExitReason } from '../process/exit-reason.js';
import type { Process } from '../process/process.js';
import type { ClockTimer, Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Runtime } from '../runtime.js';
import { refuseCycle, stopRoot } from '../runtime-shutdown.js';
import type { SupervisorRef } from '../supervisor/supervisor-ref.js';
import { supervisor } from '../supervisor/supervisor-spec.js';
import { ApplicationStartError, ApplicationStoppedError } from './errors.js';
import { killEach, membersOf } from './members.js';
import type { ApplicationPlan, ApplicationRoot, ApplicationStart } from './options.js';
import { type ApplicationReport, formatCause, type StopCause } from './report.js';

const EMPTY_ROOT: ApplicationRoot = { strategy: 'one_for_one', children: [] };

/** Who is told of an application's fate. */
interface LifecycleListener {
  /** The tree ended though nobody had asked this application to stop. */
  onRootExit(application: Lifecycle, reason: ExitReason): void;
  /** It is down; gives the processes for which nobody is responsible any more. */
  onDown(application: Lifecycle): readonly Process[];
}

/** One application, from its start to its report. */
export class Lifecycle {
  readonly stopped: Promise<ApplicationReport>;
  #resolveStopped: (report: ApplicationReport) => void = () => {};
  /** Resolves when nothing is waited for any more. */
  readonly #late: Promise<undefined>;
  #setLate: (nothing: undefined) => void = () => {};
  readonly #kernel: Kernel;
  readonly #killed: string[] = [];
  readonly #leftOver: string[] = [];
  readonly #errors: unknown[] = [];
  readonly #limits: ClockTimer[] = [];
  #boot: Promise<unknown> = Promise.resolve();
  #cause: StopCause | undefined;
  #root: Process | undefined;
  /** How far the start came, which is what has to be taken back at the stop; then that it is over. */
  #reached: 'nothing' | 'state' | 'tree' | 'end' = 'nothing';
  #state: unknown;

  constructor(
    readonly plan: ApplicationPlan,
    readonly runtime: Runtime,
    private readonly listener: LifecycleListener,
  ) {
    this.#kernel = runtime[inside].kernel;
    this.stopped = new Promise((resolve) => (this.#resolveStopped = resolve));
    this.#late = new Promise((resolve) => (this.#setLate = resolve));
  }

  /** From when its tree is up until it is asked to stop, or ends. */
  get isUp(): boolean {
    return this.#reached === 'tree' && this.#cause === undefined;
  }

  /** Resolves when the tree is up. When it rejects nothing is left of it. */
  async start(): Promise<SupervisorRef> {
    const boot = this.#bootUp();
    this.#boot = boot.catch(() => {}); // whoever waits for its end only; its failure is told below
    try {
      const root = await Promise.race([boot, this.#late]); // past the deadline of a stop a boot may still hang
      if (this.#cause === undefined && root !== undefined) return this.#up(root);
    } catch (error) {
      if (this.#cause === undefined) await this.#failStart(error);
    }
    throw new ApplicationStoppedError(this.plan.name, await this.stopped);
  }

  /** The first cause counts; every call may bring the deadline forward. Rejects with a CallCycleError where it would wait for itself. */
  async stop(cause: StopCause, timeoutMs: Milliseconds = this.plan.stopTimeoutMs): Promise<ApplicationReport> {
    if (this.#reached === 'end') return this.stopped;
    if (this.#root !== undefined && this.#root.status !== 'ended') refuseCycle(this.#kernel, [this.#root]);
    this.#limit(timeoutMs);
    if (this.#cause === undefined) {
      this.#cause = cause;
      void this.#windDown(cause); // cannot reject
    }
    return this.stopped;
  }

  /** Kills what is left, and waits for nothing any more. */
  force(): void {
    this.#killed.push(...killEach(membersOf(this.#kernel, this.#root)));
    this.#setLate(undefined);
  }

  async #bootUp(): Promise<SupervisorRef> {
    const { root = EMPTY_ROOT, state } = await this.#callStart();
    this.#state = state;
    if (this.#reached === 'end')
      await this.#call('stop'); // nobody waits any more, but what it has made must not stay
    else this.#reached = 'state';
    if (this.#cause !== undefined) throw new ApplicationStoppedError(this.plan.name); // do not even begin the tree
    const ref = await this.#startTree(root);
    this.#reached = 'tree';
    return ref;
  }

  async #callStart(): Promise<ApplicationStart<unknown>> {
    const { name, start, root } = this.plan;
    if (start === undefined) return { ...(root !== undefined && { root }) };
    const given: unknown = await attempt(
      () => start(this.runtime),
      (reason) => new ApplicationStartError(name, 'start', reason),
    );
    if (typeof given === 'object' && given !== null) return given;
    const error = new TypeError(`Expected \`start\` to return { root, state }, got \`${String(given)}\`.`);
    throw new ApplicationStartError(name, 'bad_return', ExitReason.error(error));
  }

  async #startTree(root: ApplicationRoot): Promise<SupervisorRef> {
    const { name } = this.plan;
    const spec = supervisor({ ...root, name: root.name ?? name });
    const address = root.name ?? name;
    const before = this.#kernel.find(address);
    const starting = attempt(
      () => this.runtime.start(spec),
      (reason) => new ApplicationStartError(name, 'root', reason),
    );
    const process = this.#kernel.find(address);
    if (process === undefined || process === before) return starting;
    this.#root = process; // so that a stop can kill what is still starting
    this.#kernel.origins?.delete(process); // it belongs to itself, whoever called this
    return starting;
  }

  #up(ref: SupervisorRef): SupervisorRef {
    this.#kernel.events.emit({ kind: 'application_started', application: this.plan.name });
    void this.#watch(ref); // cannot reject
    return ref;
  }

  async #watch(root: SupervisorRef): Promise<void> {
    const reason = await this.runtime.exited(root);
    if (this.#cause === undefined) this.listener.onRootExit(this, reason);
  }

  async #failStart(error: unknown): Promise<never> {
    const reason = error instanceof ApplicationStartError ? error.reason : ExitReason.error(error);
    await this.stop({ kind: 'start_failed', reason });
    throw error;
  }

  async #windDown(cause: StopCause): Promise<void> {
    await this.#unlessLate(this.#boot);
    if (this.#reached === 'tree') await this.#call('prepStop');
    if (this.#root !== undefined) await stopRoot(this.#kernel, this.#root).catch(() => {}); // the cycle was refused before
    this.#leftOver.push(...killEach(membersOf(this.#kernel, this.#root)));
    if (this.#reached !== 'nothing') await this.#call('stop');
    for (const limit of this.#limits) limit.cancel();
    this.#end(cause);
  }

  #end(cause: StopCause): void {
    this.#reached = 'end';
    const application = this.plan.name;
    this.#leftOver.push(...killEach(this.listener.onDown(this)));
    const report = { application, cause, killed: this.#killed, leftOver: this.#leftOver, errors: this.#errors };
    const { killed, leftOver } = report;
    this.#kernel.events.emit({ kind: 'application_stopped', application, cause: formatCause(cause), killed, leftOver });
    this.#resolveStopped(report);
  }

  /** Its result is the new state, if there is one; its failure changes nothing (APP-009, APP-010). */
  async #call(callback: 'prepStop' | 'stop'): Promise<void> {
    const run = async (): Promise<unknown> => this.plan[callback]?.(this.#state);
    const running = run().catch((error: unknown) => {
      this.#errors.push(error);
      this.#kernel.events.emit({ kind: 'application_callback_failed', application: this.plan.name, callback, error });
    });
    const state = await this.#unlessLate(running);
    if (state !== undefined) this.#state = state;
  }

  #limit(timeoutMs: Milliseconds): void {
    if (timeoutMs === Infinity) return;
    this.#limits.push(this.#kernel.clock.setTimer(timeoutMs, () => this.force()));
  }

  async #unlessLate<T>(work: Promise<T>): Promise<T | undefined> {
    return Promise.race([work, this.#late]);
  }
}

/** What fails becomes an exit reason, and that the error of who asked. */
async function attempt<T>(act: () => T | Promise<T>, toError: (reason: ExitReason) => Error): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw toError(error instanceof StartError ? error.reason : ExitReason.error(error));
  }
}
