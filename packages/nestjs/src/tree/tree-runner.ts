import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type ExitReason, formatReason, formatTree, Runtime } from '@rookery/genserver';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../supervision-options.js';
import { endOnGiveUp } from './give-up.js';
import { ShutdownDeadline } from './shutdown-deadline.js';
import { TreeLogger } from './tree-logger.js';
import { TreeExplorer } from './tree-explorer.js';

/** Starts the tree before the app listens, stops it after the app has stopped listening. */
@Injectable()
export class TreeRunner implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger('Supervision');
  #isStopping = false;
  #stopLogging: (() => void) | undefined;

  constructor(
    @Inject(SUPERVISION_OPTIONS) private readonly options: SupervisionOptions,
    private readonly explorer: TreeExplorer,
    private readonly runtime: Runtime,
    private readonly deadline: ShutdownDeadline,
    private readonly treeLogger: TreeLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const options = this.explorer.explore(this.options.root);
    this.deadline.watchConnections();
    this.#stopLogging = this.treeLogger.start();
    const root = await this.runtime.startSupervisor(options).catch((error: unknown) => {
      this.#stopLogging?.(); // a failed boot has no shutdown
      throw error;
    });
    this.#logger.log(`Started\n${formatTree(this.runtime.tree())}`);
    void this.runtime.exited(root).then((reason) => this.#onRootExit(reason)); // neither can reject
  }

  beforeApplicationShutdown(signal = 'close'): void {
    this.#logger.log(`Stopping (${signal}): open requests get their answers, then the tree stops`);
    this.deadline.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    const { killed } = await this.runtime.shutdown({ timeoutMs: this.deadline.remainingMs });
    this.deadline.stop();
    this.#stopLogging?.();
    if (killed.length > 0) this.#logger.error(`Killed at the shutdown deadline: ${killed.join(', ')}`);
  }

  async #onRootExit(reason: ExitReason): Promise<void> {
    if (this.#isStopping) return;
    this.#logger.error(`The tree gave up: ${this.options.root.name} ended (${formatReason(reason)})`);
    try {
      await (this.options.onGiveUp ?? endOnGiveUp)(reason);
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      this.#logger.error('onGiveUp failed, so the process ends itself as without it', text);
      endOnGiveUp(); // an application without its tree must not live on unnoticed
    }
  }
}
