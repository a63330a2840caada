import type { Backoff } from '../gen-server/child-defaults.js';
import { GenServer, mayRestart, restartHistory } from '../gen-server/gen-server.js';
import { inside } from '../gen-server/inside.js';
import { ExitReason } from '../process/exit-reason.js';
import { Exit } from '../process/exit-signals.js';
import type { InfoTimer } from '../process/info-timer.js';
import { Message } from '../process/message.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { RestartRecord } from '../process/restart-record.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { RuntimeEvent } from '../runtime/events.js';
import type { Kernel } from '../runtime/kernel.js';
import { backoffDelay, hasRecovered } from './backoff.js';
import type { Child, StartOutcome } from './child.js';
import { type Intensity, RestartIntensity } from './restart-intensity.js';
import { shouldRestart } from './restart-policy.js';
import { isCleanStop } from './shutdown.js';

/** When a supervisor restarts, and when it gives up. */
export interface RestartPlan extends Intensity {
  /** For children that have none of their own. */
  readonly backoff: Backoff | undefined;
}

/** A supervisor's note to itself: the restart of this child failed, try again when it is your turn (SUP-053, SUP-054). */
class Retry {
  constructor(readonly child: Child) {}
}

/** The same, sent by a timer: the delay of this child's restart is over. */
class Due {
  timer: InfoTimer | undefined;
  constructor(readonly child: Child) {}
}

/**
 * What all kinds of supervisor do: it traps exits, so the end of a child is a message in its mailbox, and crashes are
 * handled one at a time. It asks the pure files (restart-policy, restart-intensity, backoff, strategy, auto-shutdown) and acts.
 */
export abstract class BaseSupervisor extends GenServer {
  /** Those that run or are restarted, the latter by the pid they had. */
  readonly #byPid = new Map<Pid, Child>();
  /** Its pid is not known yet. */
  #starting: Child | undefined;
  #intensity = new RestartIntensity({ maxRestarts: 0, withinMs: 0 });
  #backoff: Backoff | undefined;

  /** Its restarts of late. Read directly by whoever asks how it does. */
  get intensity(): RestartIntensity {
    return this.#intensity;
  }

  /** All children, running or not, in start order. Read directly by whoever draws the tree. */
  abstract get children(): Iterable<Child>;
  /** Stops and starts what the strategy says; returns the child that failed to start. */
  protected abstract bringBack(child: Child): Promise<Child | undefined>;
  /** It has ended and will not be restarted. */
  protected abstract settle(child: Child): void;

  /** Stops those whom the strategy says while the restart of this one is put off. */
  protected async takeDown(_failed: Child): Promise<void> {}

  /** Whether the end for good of this child ends the supervisor, too. */
  protected isOver(_ended: Child): boolean {
    return false;
  }

  /** It waits for its next try. */
  protected markRestarting(child: Child): void {
    child.state = 'restarting';
  }

  override handleInfo(message: unknown): void | Promise<void> {
    if (message instanceof Exit) return this.#exited(message);
    if (message instanceof Due) return this.#due(message);
    this.kernel.drop('unhandled_info', this.process.label, 'info', message); // SUP-043
  }

  /** Its children are known to this one instance. */
  override codeChange(): never {
    throw new TypeError('A supervisor cannot be replaced while it runs: its children would be lost. Restart it.');
  }

  override handleContinue({ child }: Retry): void | Promise<void> {
    if (child.state === 'restarting' && child.wait === undefined) return this.#restart(child);
  }

  protected watchOver({ backoff, ...intensity }: RestartPlan): void {
    this.self.trapExit(true); // SUP-003
    this.#intensity = new RestartIntensity(intensity);
    this.#backoff = backoff;
  }

  protected get kernel(): Kernel {
    return this.self[inside].kernel;
  }

  protected get process(): Process {
    return this.self[inside].process;
  }

  override [restartHistory](child: Pid): readonly RestartRecord[] {
    return [...((this.#byPid.get(child) ?? this.#starting)?.history ?? [])];
  }

  /** One that is being stopped, or started, may be so on behalf of a sibling that failed. */
  override [mayRestart](pid: Pid, reason: ExitReason): boolean {
    const child = this.#byPid.get(pid);
    return child === undefined || shouldRestart[child.spec.restart](reason);
  }

  protected childOf(pid: Pid): Child | undefined {
    return this.#byPid.get(pid);
  }

  protected async startChildProcess(child: Child, isRestart = false): Promise<StartOutcome> {
    const { lastPid } = child;
    this.#starting = child;
    const outcome = await child.start(this.kernel, this.process);
    this.#starting = undefined;
    if (outcome.kind === 'failed') this.#tell('child_start_failed', child, { reason: outcome.reason });
    else if (lastPid !== undefined) this.#byPid.delete(lastPid);
    if (outcome.kind !== 'started') return outcome;
    const { pid } = outcome.process;
    this.#byPid.set(pid, child);
    if (isRestart) child.restarts++;
    this.#tell('child_started', child, { pid });
    if (isRestart) this.#tell('child_restarted', child, { pid, restarts: child.restarts });
    return outcome;
  }

  /** Takes on a child that needed no time to start. */
  protected adoptChild(child: Child, process: Process): void {
    child.adopt(process);
    this.#byPid.set(process.pid, child);
    this.#tell('child_started', child, { pid: process.pid });
  }

  protected async stopChild(child: Child): Promise<void> {
    const { process, lastPid } = child;
    if (lastPid !== undefined) this.#byPid.delete(lastPid); // its exit, if it is in the mailbox already, is old news (SUP-040)
    const reason = await child.stop(this.process);
    if (process === undefined || reason === undefined) return;
    const { pid } = process;
    this.#tell('child_exited', child, { pid, reason });
    if (!isCleanStop(child.spec, reason)) this.#tell('child_shutdown_failed', child, { pid, reason });
  }

  /** The exit of a stranger or of a former child means nothing (SUP-042); nor does a signal that a living child sent. */
  #exited({ from, reason }: Exit): void | Promise<void> {
    const child = from === undefined ? undefined : this.#byPid.get(from);
    if (from === undefined || child?.process?.pid !== from || child.isAlive) return;
    child.ended(reason);
    this.#tell('child_exited', child, { pid: from, reason });
    if (shouldRestart[child.spec.restart](reason)) return this.#restart(child);
    this.#byPid.delete(from);
    this.settle(child);
    if (this.isOver(child)) this.#shutDown(child);
  }

  async #restart(child: Child): Promise<void> {
    const now = this.kernel.clock.now();
    child.noteFailure(now);
    if (!this.#intensity.record(now)) return this.#giveUp(child);
    const delayMs = this.#delayOf(child, now);
    if (delayMs === undefined) return this.#tryAgain(child);
    await this.takeDown(child);
    this.#putOff(child, delayMs);
  }

  async #tryAgain(child: Child): Promise<void> {
    const failed = await this.bringBack(child);
    if (failed === undefined) return;
    this.markRestarting(failed);
    this.process.deliver(new Message('continue', 'retry', new Retry(failed))); // at the end: others come first
  }

  #delayOf(child: Child, now: Milliseconds): Milliseconds | undefined {
    const backoff = child.spec.backoff ?? this.#backoff;
    if (backoff === undefined || backoff === false) return undefined;
    if (hasRecovered(backoff, child.ranMs(now))) child.delays = 0;
    return backoffDelay(backoff, child.delays++, this.kernel.random);
  }

  #putOff(child: Child, delayMs: Milliseconds): void {
    const due = new Due(child);
    due.timer = child.wait = this.self.sendAfter(delayMs, due);
    this.markRestarting(child);
    this.#tell('child_restart_scheduled', child, { delayMs, reason: child.downReason ?? ExitReason.shutdown });
  }

  /** Unless it was stopped, or started by a sibling's restart, in between. */
  #due({ child, timer }: Due): void | Promise<void> {
    if (child.wait !== timer || child.state !== 'restarting') return;
    child.stopWaiting();
    return this.#tryAgain(child);
  }

  /** Ends with `shutdown`, whatever the child died of; terminate stops the others (SUP-044 to SUP-046). */
  #giveUp(child: Child): void {
    this.#tell('supervisor_gave_up', child, { reason: child.downReason ?? ExitReason.shutdown });
    child.state = 'stopped';
    this.settle(child);
    this.self.stop(ExitReason.shutdown);
  }

  /** Its significant children have done what it is there for; terminate stops the others (SUP-097, SUP-099). */
  #shutDown(child: Child): void {
    this.#tell('supervisor_auto_shutdown', child, {});
    this.self.stop(ExitReason.shutdown);
  }

  #tell(kind: ChildEvent['kind'], child: Child, facts: object): void {
    // What is left of the handler of a killed supervisor has nothing to tell.
    if (this.kernel.events.count === 0 || this.process.status === 'ended') return;
    const event = { kind, supervisor: this.process.label, child: child.label, ...facts };
    this.kernel.events.emit(event as ChildEvent);
  }
}

type ChildEvent = Extract<RuntimeEvent, { readonly supervisor: string }>;
