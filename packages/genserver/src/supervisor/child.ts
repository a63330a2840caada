import { StartError } from '../errors.js';
import { startServer } from '../gen-server/start-server.js';
import { ExitReason } from '../process/exit-reason.js';
import type { InfoTimer } from '../process/info-timer.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { RestartRecord } from '../process/restart-record.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { type ChildId, type ChildSpec, formatId } from './child-spec.js';
import { shutDown } from './shutdown.js';

/** How a try to start a child ended. */
export type StartOutcome =
  | { readonly kind: 'started'; readonly process: Process }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'failed'; readonly reason: ExitReason; readonly error: unknown };

/** How many of its last failures are kept. */
const HISTORY_LENGTH = 10;
const NO_HISTORY: readonly RestartRecord[] = [];

/** One child of a supervisor: what it should be, and what it is now. */
export class Child {
  process: Process | undefined;
  state: 'running' | 'restarting' | 'stopped' = 'stopped';
  /** How often its supervisor has started it again. */
  restarts = 0;
  /** The pid it had last: what names it between two tries to restart it (DYN-017). */
  lastPid: Pid | undefined;
  /** Why it does not run. */
  downReason: ExitReason | undefined;
  /** How many restarts were put off since it last ran well. */
  delays = 0;
  /** Set while its restart is put off. */
  wait: InfoTimer | undefined;
  #startedAt: Milliseconds = Infinity;
  #history: RestartRecord[] | undefined;

  constructor(public spec: ChildSpec) {}

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

  /** Oldest first. */
  get history(): readonly RestartRecord[] {
    return this.#history ?? NO_HISTORY;
  }

  /** How long until its restart, if that was put off. */
  get restartInMs(): Milliseconds | undefined {
    const left = this.wait?.read();
    return typeof left === 'number' ? left : undefined;
  }

  /** Never rejects: a failed start is one of the outcomes. */
  async start(kernel: Kernel, supervisor: Process): Promise<StartOutcome> {
    this.stopWaiting();
    const outcome = await tryStart(kernel, this.spec, supervisor);
    this.process = outcome.kind === 'started' ? outcome.process : undefined;
    this.state = outcome.kind === 'started' ? 'running' : 'stopped';
    this.lastPid = this.process?.pid ?? this.lastPid;
    this.downReason = outcome.kind === 'failed' ? outcome.reason : undefined;
    this.#startedAt = outcome.kind === 'started' ? kernel.clock.now() : Infinity;
    if (this.spec.restart === 'temporary') this.spec = withoutArguments(this.spec);
    return outcome;
  }

  /** It was started in another way. */
  adopt(process: Process): void {
    this.process = process;
    this.state = 'running';
    this.lastPid = process.pid;
    this.#startedAt = process.host.clock.now();
    if (this.spec.restart === 'temporary') this.spec = withoutArguments(this.spec);
  }

  /** Stops it as its specification says; resolves with its exit reason, or undefined when it did not run. */
  async stop(supervisor: Process): Promise<ExitReason | undefined> {
    const { process } = this;
    this.stopWaiting();
    this.process = undefined;
    this.state = 'stopped';
    return process && shutDown(process, this.spec.shutdownMs, supervisor);
  }

  /** It has ended by itself. */
  ended(reason: ExitReason): void {
    this.process = undefined;
    this.state = 'stopped';
    this.downReason = reason;
  }

  /** What it died of, or why it did not start, is to be answered with a restart. */
  noteFailure(atMs: Milliseconds): void {
    const history = (this.#history ??= []);
    history.push({ atMs, reason: this.downReason ?? ExitReason.shutdown });
    if (history.length > HISTORY_LENGTH) history.shift();
  }

  /** How long it ran before it failed; 0 when it did not start. */
  ranMs(now: Milliseconds): Milliseconds {
    return Math.max(0, now - this.#startedAt);
  }

  stopWaiting(): void {
    this.wait?.cancel();
    this.wait = undefined;
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

/** A temporary child is started once, and what it was started with may be large (SUP-030). */
function withoutArguments(spec: ChildSpec): ChildSpec {
  const { name, args = [], create } = spec.start;
  if (args.length === 0 && create === undefined) return spec;
  return { ...spec, start: name === undefined ? {} : { name } };
}
