import { StartError } from '../errors.js';
import { startServer } from '../gen-server/start-server.js';
import { ExitReason } from '../process/exit-reason.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { type ChildId, type ChildSpec, formatId } from './child-spec.js';
import { shutDown } from './shutdown.js';

/** How a try to start a child ended. */
export type StartOutcome =
  | { readonly kind: 'started'; readonly process: Process }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'failed'; readonly reason: ExitReason; readonly error: unknown };

/** One child of a supervisor: what it should be, and what it is now. */
export class Child {
  process: Process | undefined;
  state: 'running' | 'restarting' | 'stopped' = 'stopped';
  /** How often its supervisor has started it again. */
  restarts = 0;
  /** The pid it had last: what names it between two tries to restart it (DYN-017). */
  lastPid: Pid | undefined;

  constructor(readonly spec: ChildSpec) {}

  get id(): ChildId {
    return this.spec.id;
  }

  get label(): string {
    return formatId(this.id);
  }

  get isAlive(): boolean {
    return this.process !== undefined && this.process.status !== 'ended';
  }

  get isSignificant(): boolean {
    return this.spec.significant === true;
  }

  /** It runs, as far as its supervisor has heard, or is between two tries to restart it. */
  get isActive(): boolean {
    return this.process !== undefined || this.state === 'restarting';
  }

  /** Never rejects: a failed start is one of the outcomes. */
  async start(kernel: Kernel, supervisor: Process): Promise<StartOutcome> {
    const outcome = await tryStart(kernel, this.spec, supervisor);
    this.process = outcome.kind === 'started' ? outcome.process : undefined;
    this.state = outcome.kind === 'started' ? 'running' : 'stopped';
    this.lastPid = this.process?.pid ?? this.lastPid;
    return outcome;
  }

  /** Stops it as its specification says; resolves with its exit reason, or undefined when it did not run. */
  async stop(supervisor: Process): Promise<ExitReason | undefined> {
    const { process } = this;
    this.process = undefined;
    this.state = 'stopped';
    return process && shutDown(process, this.spec.shutdownMs, supervisor);
  }
}

async function tryStart(kernel: Kernel, spec: ChildSpec, supervisor: Process): Promise<StartOutcome> {
  try {
    const process = await startServer(kernel, spec.serverClass, spec.start, supervisor);
    return process === undefined ? { kind: 'ignored' } : { kind: 'started', process };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof StartError ? error.reason : ExitReason.error(error), error };
  }
}
