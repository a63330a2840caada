import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  type ExitReason,
  formatReason,
  formatTree,
  Runtime,
  type SupervisorRef,
  systemClock,
} from '@rookery/genserver';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../supervision-options.js';
import { BeforeStop } from './before-stop.js';
import { closeAfterGivingUp, ClosingApplication, endOnGiveUp } from './give-up.js';
import { HookGuards } from './hook-guards.js';
import { nestVersion, problemOfNest } from './nest-version.js';
import { SecondSignal } from './second-signal.js';
import { ShutdownBell } from './shutdown-bell.js';
import { ShutdownDeadline, TREE_STOPS } from './shutdown-deadline.js';
import { ApplicationPhases } from './shutdown-state.js';
import { TreeExplorer } from './tree-explorer.js';
import { TreeLogger } from './tree-logger.js';

/** Starts the tree before the app listens, stops it after the app has stopped listening. */
@Injectable()
export class TreeRunner
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #logger = new Logger('Supervision');
  readonly #secondSignal: SecondSignal;
  #stopped: Promise<void> | undefined;
  #isForced = false;
  #hasGivenUp = false;
  #stopLogging: (() => void) | undefined;

  constructor(
    @Inject(SUPERVISION_OPTIONS) private readonly options: SupervisionOptions,
    @Inject(TreeExplorer) private readonly explorer: TreeExplorer,
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(ShutdownDeadline) private readonly deadline: ShutdownDeadline,
    @Inject(TreeLogger) private readonly treeLogger: TreeLogger,
    @Inject(ApplicationPhases) private readonly phases: ApplicationPhases,
    @Inject(HookGuards) private readonly guards: HookGuards,
    @Inject(ClosingApplication) private readonly closing: ClosingApplication,
    @Inject(ShutdownBell) private readonly bell: ShutdownBell,
    @Inject(BeforeStop) private readonly beforeStop: BeforeStop,
  ) {
    this.#secondSignal = new SecondSignal(options.clock ?? systemClock, (...how) => void this.#force(...how));
  }

  async onApplicationBootstrap(): Promise<void> {
    const root = await this.#start().catch((error: unknown) => {
      this.#endOfFailedBoot();
      throw error;
    });
    this.#logger.log(`Started\n${formatTree(this.runtime.tree())}`);
    void this.runtime.exited(root).then((reason) => this.#onRootExit(reason)); // neither can reject
    this.phases.enter('ready');
  }

  /** The bell has rung before; but there is none in an application that is closed before it has booted. */
  onModuleDestroy(): void {
    this.#begin();
  }

  async beforeApplicationShutdown(signal = 'close'): Promise<void> {
    if (this.phases.phase === 'stopped') return; // closed once more, or after a boot that failed
    if (this.#hasGivenUp)
      this.#logger.error(`Stopping (${signal}), as the tree gave up: open requests get their answers`);
    else this.#logger.log(`Stopping (${signal}): open requests get their answers, then the tree stops`);
    this.#secondSignal.listen(signal);
    await this.deadline.waitForBalancers();
    this.deadline.closeConnections();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#stop();
    this.guards.whenAllOver(() => this.#secondSignal.stop());
  }

  async #start(): Promise<SupervisorRef> {
    const options = this.explorer.explore(this.options.root);
    this.deadline.watchConnections();
    this.#stopLogging = this.treeLogger.start();
    const problem = problemOfNest(nestVersion() ?? '');
    if (problem !== undefined) this.#logger.warn(problem);
    this.#secondSignal.watch();
    this.guards.install(this, () => this.#stopAfterFailedBoot()); // before the tree starts, as a module's hooks may run all at once
    this.bell.install(this, () => this.#begin());
    return this.runtime.startSupervisor(options);
  }

  /** Nest begins to close, and has called nobody else yet: all that follows has one deadline. Once, whoever rings. */
  #begin(): void {
    if (this.phases.phase === 'stopped' || this.deadline.isRunning) return;
    this.phases.enter('stopping');
    this.#secondSignal.begin();
    this.deadline.start(() => void this.#stopOverdue());
  }

  #stop(): Promise<void> {
    this.#stopped ??= this.#stopTree();
    return this.#stopped;
  }

  async #stopTree(): Promise<void> {
    this.phases.enter('stopping');
    await this.beforeStop.run();
    const { killed } = await this.runtime.shutdown({ timeoutMs: this.deadline.remainingMs });
    this.#end();
    if (killed.length > 0) this.#logger.error(`Killed at the shutdown deadline: ${killed.join(', ')}`);
  }

  /** Nest waits for what has no guard, or for a hook that has all the time until now. */
  async #stopOverdue(): Promise<void> {
    if (this.#stopped !== undefined) return;
    const { totalMs } = this.deadline;
    this.#logger.error(
      `Nest has not come to the stop of the tree by ${totalMs * TREE_STOPS} ms of the shutdown deadline (${totalMs} ms): it waits for ` +
        'a hook, or for a server that does not close. The tree stops now',
    );
    await this.#stop();
  }

  async #stopAfterFailedBoot(): Promise<void> {
    await this.#stop();
    this.#endOfFailedBoot();
  }

  /** It has no shutdown. */
  #endOfFailedBoot(): void {
    this.#end();
    this.guards.remove();
    this.#secondSignal.stop();
  }

  /** Leaves nothing behind, but the guards of hooks that Nest may still call, and an ear for a second signal until these are over. */
  #end(): void {
    this.deadline.stop();
    this.bell.remove();
    this.#secondSignal.release();
    this.guards.treeIsDown();
    this.#stopLogging?.();
    this.phases.enter('stopped');
  }

  async #force(signal: NodeJS.Signals, exitCode: number): Promise<void> {
    this.#isForced = true;
    const { killed } = await this.runtime.shutdown({ timeoutMs: 0 });
    const without = killed.length === 0 ? '' : `, without ${killed.join(', ')}`;
    this.#logger.error(`${signal} while stopping: the process ends at once${without}`);
    process.exit(exitCode); // not by the signal, which Nest's own handler would keep from ending it
  }

  async #onRootExit(reason: ExitReason): Promise<void> {
    if (this.#stopped !== undefined || this.#isForced) return;
    this.#hasGivenUp = true;
    this.phases.enter('stopping');
    this.#logger.error(`The tree gave up: ${this.options.root.name} ended (${formatReason(reason)})`);
    try {
      await this.#giveUp(reason);
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      this.#logger.error('onGiveUp failed, so the process ends itself as without it', text);
      endOnGiveUp(); // an application without its tree must not live on unnoticed
    }
  }

  async #giveUp(reason: ExitReason): Promise<void> {
    const { onGiveUp = 'exit' } = this.options;
    if (onGiveUp === 'exit') endOnGiveUp();
    else if (onGiveUp === 'close') await closeAfterGivingUp(this.closing);
    else await onGiveUp(reason);
  }
}
