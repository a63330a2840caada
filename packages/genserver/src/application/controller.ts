import { inside } from '../gen-server/inside.js';
import type { ExitReason } from '../process/exit-reason.js';
import type { Process } from '../process/process.js';
import type { ClockTimer, Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Runtime } from '../runtime.js';
import { isFatal } from './consequence.js';
import { ApplicationAlreadyStartedError, ApplicationNotStartedError, ApplicationStoppedError } from './errors.js';
import { Lifecycle } from './lifecycle.js';
import type { ApplicationPlan } from './options.js';
import type { ApplicationReport, StopCause } from './report.js';
import { StopSignals } from './stop-signals.js';

/** Node's longest timer; set again and again, it keeps a program alive that only waits for messages. */
const KEEP_ALIVE_MS: Milliseconds = 2 ** 31 - 1;

/** The applications of one runtime: who runs, in which order they started, and what ends them all. OTP's application_controller. */
export class ApplicationController {
  /** In start order, those included that are still starting. */
  readonly #applications: Lifecycle[] = [];
  readonly #signals: StopSignals;
  readonly #kernel: Kernel;
  #keepAlive: ClockTimer | undefined;
  /** A signal, or the end of a permanent application, has ended this runtime for good. */
  #isClosed = false;

  constructor(
    private readonly runtime: Runtime,
    /** Made for its applications: what is left in it after the last one is nobody's. */
    private readonly isOwner: boolean,
  ) {
    this.#kernel = runtime[inside].kernel;
    this.#kernel.origins ??= new WeakMap();
    this.#signals = new StopSignals(this.#kernel.clock, {
      onStop: (signal) => this.#close({ kind: 'signal', signal }),
      onForce: () => {
        for (const application of this.#applications.toReversed()) application.force();
      },
    });
  }

  get running(): readonly Lifecycle[] {
    return this.#applications.filter(({ isUp }) => isUp);
  }

  isUp(name: string): boolean {
    return this.#find(name)?.isUp === true;
  }

  /** Makes room for one that is to be started now. Throws when it must not be. */
  add(plan: ApplicationPlan): Lifecycle {
    if (this.#find(plan.name) !== undefined) throw new ApplicationAlreadyStartedError(plan.name);
    if (this.#isClosed) throw new ApplicationStoppedError(plan.name);
    const missing = plan.dependsOn.find((name) => !this.isUp(name));
    if (missing !== undefined) throw new ApplicationNotStartedError(plan.name, missing);
    const application = new Lifecycle(plan, this.runtime, {
      onRootExit: (ended, reason) => this.#rootExited(ended, reason),
      onDown: (ended) => this.#remove(ended),
    });
    this.#applications.push(application);
    this.#signals.want(plan.signals);
    if (this.#keepAlive === undefined) this.#stayAlive();
    return application;
  }

  /** One after the other, the last started first (APP-015). */
  async stopAll(cause: StopCause, timeoutMs?: Milliseconds): Promise<readonly ApplicationReport[]> {
    const reports: ApplicationReport[] = [];
    for (let last = this.#applications.at(-1); last !== undefined; last = this.#applications.at(-1)) {
      reports.push(await last.stop(cause, timeoutMs));
    }
    return reports;
  }

  #find(name: string): Lifecycle | undefined {
    return this.#applications.find(({ plan }) => plan.name === name);
  }

  #rootExited(application: Lifecycle, reason: ExitReason): void {
    const { name, type } = application.plan;
    if (this.#kernel.shutdowns > 0) return void application.stop({ kind: 'stop' });
    const stopped = application.stop({ kind: 'root_ended', reason }); // does not reject: the tree is gone
    if (!isFatal[type](reason)) return;
    process.exitCode ||= 1;
    void stopped.then(() => this.#close({ kind: 'application_ended', application: name }));
  }

  #close(cause: StopCause): void {
    this.#isClosed = true;
    void this.stopAll(cause); // does not reject: this is no handler of theirs
  }

  #remove(application: Lifecycle): readonly Process[] {
    this.#applications.splice(this.#applications.indexOf(application), 1);
    this.#signals.release(application.plan.signals);
    if (this.#applications.length > 0) return [];
    this.#keepAlive?.cancel();
    this.#keepAlive = undefined;
    return this.isOwner ? [...this.#kernel.processes.values()].toReversed() : [];
  }

  #stayAlive(): void {
    this.#keepAlive = this.#kernel.clock.setTimer(KEEP_ALIVE_MS, () => this.#stayAlive());
  }
}
