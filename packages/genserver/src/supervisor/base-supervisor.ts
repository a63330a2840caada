import { GenServer } from '../gen-server/gen-server.js';
import { inside } from '../gen-server/inside.js';
import { ExitReason } from '../process/exit-reason.js';
import { Exit } from '../process/exit-signals.js';
import { Message } from '../process/message.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { RuntimeEvent } from '../runtime/events.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Child, StartOutcome } from './child.js';
import { type Intensity, RestartIntensity } from './restart-intensity.js';
import { shouldRestart } from './restart-policy.js';

/** A supervisor's note to itself: the restart of this child failed, try again when it is your turn (SUP-053, SUP-054). */
class Retry {
  constructor(readonly child: Child) {}
}

/**
 * What both kinds of supervisor do: it traps exits, so the end of a child is a message in its mailbox, and crashes are
 * handled one at a time. It asks the pure files (restart-policy, restart-intensity, strategy) and acts.
 */
export abstract class BaseSupervisor extends GenServer {
  readonly #byPid = new Map<Pid, Child>();
  #intensity = new RestartIntensity({ maxRestarts: 0, withinMs: 0 });

  /** All children, running or not, in start order. Read directly by whoever draws the tree. */
  abstract get children(): Iterable<Child>;
  /** Stops and starts what the strategy says; returns the child that failed to start. */
  protected abstract bringBack(child: Child): Promise<Child | undefined>;
  /** It has ended and will not be restarted. */
  protected abstract settle(child: Child): void;

  /** Whether the end for good of this child ends the supervisor, too. */
  protected isOver(_ended: Child): boolean {
    return false;
  }

  override handleInfo(message: unknown): void | Promise<void> {
    if (message instanceof Exit) return this.#exited(message);
    this.kernel.drop('unhandled_info', this.process.label, 'info', message); // SUP-043
  }

  override handleContinue({ child }: Retry): void | Promise<void> {
    if (child.state === 'restarting') return this.#restart(child);
  }

  protected watchOver(intensity: Intensity): void {
    this.self.trapExit(true); // SUP-003
    this.#intensity = new RestartIntensity(intensity);
  }

  protected get kernel(): Kernel {
    return this.self[inside].kernel;
  }

  protected get process(): Process {
    return this.self[inside].process;
  }

  protected async startChildProcess(child: Child, isRestart = false): Promise<StartOutcome> {
    const outcome = await child.start(this.kernel, this.process);
    if (outcome.kind === 'failed') this.#tell('child_start_failed', child, { reason: outcome.reason });
    if (outcome.kind !== 'started') return outcome;
    const { pid } = outcome.process;
    this.#byPid.set(pid, child);
    if (isRestart) child.restarts++;
    this.#tell('child_started', child, { pid });
    if (isRestart) this.#tell('child_restarted', child, { pid, restarts: child.restarts });
    return outcome;
  }

  protected async stopChild(child: Child): Promise<void> {
    const pid = child.process?.pid;
    if (pid !== undefined) this.#byPid.delete(pid); // its exit, if it is in the mailbox already, is old news (SUP-040)
    const reason = await child.stop(this.process);
    if (pid !== undefined && reason !== undefined) this.#tell('child_exited', child, { pid, reason });
  }

  /** The exit of a stranger or of a former child means nothing (SUP-042); nor does a signal that a living child sent. */
  async #exited({ from, reason }: Exit): Promise<void> {
    const child = from === undefined ? undefined : this.#byPid.get(from);
    if (from === undefined || child === undefined || child.isAlive) return;
    this.#byPid.delete(from);
    child.process = undefined;
    child.state = 'stopped';
    this.#tell('child_exited', child, { pid: from, reason });
    if (shouldRestart[child.spec.restart](reason)) await this.#restart(child, reason);
    else {
      this.settle(child);
      if (this.isOver(child)) this.#shutDown(child);
    }
  }

  async #restart(child: Child, reason: ExitReason = ExitReason.shutdown): Promise<void> {
    if (!this.#intensity.record(this.kernel.clock.now())) return this.#giveUp(child, reason);
    const failed = await this.bringBack(child);
    if (failed === undefined) return;
    failed.state = 'restarting';
    this.process.deliver(new Message('continue', 'retry', new Retry(failed))); // at the end: others come first
  }

  /** Ends with `shutdown`, whatever the child died of; terminate stops the others (SUP-044 to SUP-046). */
  #giveUp(child: Child, reason: ExitReason): void {
    this.#tell('supervisor_gave_up', child, { reason });
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
