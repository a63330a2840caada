import { checkBoolean, checkDuration, checkFunction, checkOptions } from '../checks.js';
import { NoProcessError } from '../errors.js';
import type { CallMessage } from '../process/call-message.js';
import type { MailboxLimit } from '../process/message-queue.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { ServerStatus } from '../process/status.js';
import { resume, suspend } from '../process/suspend.js';
import type { Address } from '../runtime/address.js';
import type { Milliseconds } from '../runtime/clock.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import { CALL_TIMEOUT_MS, request } from './call.js';
import type { Renewal, ServerBehaviour, SysOperation } from './dispatch.js';
import type { GenServer, ServerClass } from './gen-server.js';
import type { ServerRef } from './server-ref.js';
import { showStatus } from './show-status.js';
import { checkServerClass } from './start-server.js';
import { ProcessTrace, type TraceListener } from './trace.js';

/** How to ask. */
export interface SysOptions {
  /** Default 5000. */
  readonly timeoutMs?: Milliseconds;
  /** Ahead of the messages that wait, in order with others that are urgent. Default: when it is its turn, as in OTP. */
  readonly urgent?: boolean;
}

/** A server as it is between two messages. */
export interface ProcessStatus<State = unknown> extends Pick<ServerStatus<State>, 'state' | 'fields'> {
  readonly pid: Pid;
  /** Its name, or its class and pid. */
  readonly name: string;
  readonly className: string;
  /** Who started it linked, or supervises it. */
  readonly parent: string | undefined;
  readonly status: 'running' | 'suspended';
  /** How many messages wait. */
  readonly mailboxSize: number;
  readonly mailboxLimit: MailboxLimit | undefined;
  readonly trapExit: boolean;
  readonly links: readonly Pid[];
}

/** How to make the instance that takes over. */
export interface CodeChangeOptions<S extends GenServer<unknown> = GenServer<unknown>> extends SysOptions {
  /** Default: the class that runs. */
  readonly serverClass?: ServerClass<S>;
  /** Default: what the server was started with, else the runtime's `create`. */
  readonly create?: () => S | Promise<S>;
  /** For `codeChange`. */
  readonly extra?: unknown;
}

/**
 * Looks into running servers and holds them: OTP's `sys`, as `runtime.sys`. For debugging, tests and live repairs, not for
 * the ordinary work of a program.
 *
 * Each request waits in the mailbox like a call and is handled between two messages, also while the server is suspended.
 * Rejects with a NoProcessError, ProcessExitedError, CallTimeoutError or CallCycleError, as a call does.
 */
export class Sys {
  readonly #kernel: Kernel;
  readonly #traces = new WeakMap<Process, ProcessTrace>();

  /** Made by the runtime: `runtime.sys`. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Its `state`: the object itself, not a copy. For servers that keep it in fields, see getStatus (GS-081). */
  getState<S extends GenServer<unknown>>(ref: ServerRef<S>, options?: SysOptions): Promise<S['state']>;
  getState(address: Address, options?: SysOptions): Promise<unknown>;
  getState(address: Address, options?: SysOptions): Promise<unknown> {
    return this.#ask(address, 'getState', ({ instance }) => instance?.state, options);
  }

  /** Puts what `change` makes of its state in its place, and gives it. What `change` throws comes back to the caller; then nothing has changed (GS-081). */
  replaceState<S extends GenServer<unknown>>(
    ref: ServerRef<S>,
    change: (state: S['state']) => S['state'],
    options?: SysOptions,
  ): Promise<S['state']>;
  replaceState(address: Address, change: (state: never) => unknown, options?: SysOptions): Promise<unknown>;
  async replaceState(address: Address, change: (state: never) => unknown, options?: SysOptions): Promise<unknown> {
    checkFunction('change', change, 'a function from the old state to the new one');
    const replace = ({ instance }: ServerBehaviour): unknown =>
      instance && (instance.state = change(instance.state as never));
    return this.#ask(address, 'replaceState', replace, options);
  }

  /**
   * Holds it: until `resume` it handles nothing but requests of this kind, `runtime.stop` and the end of its parent. Calls
   * wait (and may time out), the idle timeout does not fire; a kill, or an exit signal that it does not trap, ends it as
   * ever. Of a supervisor, the exits of its children wait, too (GS-082).
   */
  suspend(address: Address, options?: SysOptions): Promise<void> {
    return this.#ask(address, 'suspend', (_, process) => suspend(process), options);
  }

  /** Lets it go on, with what has waited, in order; its idle timeout begins anew. Harmless when it is not suspended. */
  resume(address: Address, options?: SysOptions): Promise<void> {
    return this.#ask(address, 'resume', (_, process) => resume(process), options);
  }

  /** What can be said of it; its state and fields as its `formatStatus` shows them (GS-084). */
  getStatus<S extends GenServer<unknown>>(ref: ServerRef<S>, options?: SysOptions): Promise<ProcessStatus>;
  getStatus(address: Address, options?: SysOptions): Promise<ProcessStatus>;
  getStatus(address: Address, options?: SysOptions): Promise<ProcessStatus> {
    return this.#ask(address, 'getStatus', statusOf, options);
  }

  /**
   * Tells `listener` of each message that comes in, each reply that goes out, and the state after each message; returns how
   * to stop. Nothing is hidden, formatStatus is not asked. Throws a NoProcessError if nobody is there. It follows one
   * process: a restart is another one.
   */
  trace<S extends GenServer<unknown>>(ref: ServerRef<S>, listener: TraceListener<S['state']>): () => void;
  trace(address: Address, listener: TraceListener): () => void;
  trace(address: Address, listener: TraceListener): () => void {
    checkFunction('listener', listener, 'a function');
    const process = this.#kernel.find(address);
    if (process === undefined || process.status === 'ended') throw new NoProcessError(formatName(address), 'sys.trace');
    let trace = this.#traces.get(process);
    if (trace === undefined) this.#traces.set(process, (trace = new ProcessTrace(this.#kernel.taps, process)));
    return trace.add(listener);
  }

  /**
   * Between two messages, puts a new instance in place of the running one: made by `create`, so that injection runs anew, of
   * a newer class if you say so. Its `codeChange(oldState, extra, old)` gives its state. Pid, name, mailbox, links and timers
   * stay; fields begin anew, unless codeChange copies them from `old`; init and terminate do not run. When making it or
   * codeChange fails, the old instance goes on and the caller gets the error. OTP's code change (GS-083).
   */
  async restartWithState<S extends GenServer<unknown>>(
    address: Address,
    options: CodeChangeOptions<S> = {},
  ): Promise<void> {
    checkOptions(options);
    const { serverClass, create, extra } = options;
    if (serverClass !== undefined) checkServerClass(serverClass);
    if (create !== undefined) checkFunction('create', create, 'a function that makes an instance');
    const renewal: Renewal = { serverClass, create, extra };
    await this.#ask(address, 'restartWithState', (server) => server.renew(renewal), options, true);
  }

  async #ask<T>(
    address: Address,
    name: string,
    answer: (server: ServerBehaviour, process: Process) => T | Promise<T>,
    options: SysOptions = {},
    isAwaited = false,
  ): Promise<T> {
    checkOptions(options);
    const { timeoutMs = CALL_TIMEOUT_MS, urgent = false } = options;
    checkDuration('timeoutMs', timeoutMs);
    checkBoolean('urgent', urgent);
    const operation: SysOperation = (server, message) => run(server, message, answer, isAwaited);
    const what = {
      kind: 'sys',
      name: `sys.${name}`,
      payload: operation,
      arity: 0,
      timeoutMs,
      signal: undefined,
      urgent,
    } as const;
    const target = this.#kernel.find(address);
    return (await request(this.#kernel, target, { toString: () => formatName(address) }, what)) as T;
  }
}

/**
 * Answers one request. What fails is for the caller, never for the server. A promise holds the server only if it is a work
 * of its own: as a state it may take for ever.
 */
function run(
  server: ServerBehaviour,
  message: CallMessage,
  answer: (server: ServerBehaviour, process: Process) => unknown,
  isAwaited: boolean,
): unknown {
  const { receiver } = message;
  if (receiver === undefined) return undefined;
  if (!message.isPending) return receiver.host.drop('expired_request', receiver.label, message.name);
  try {
    const result = answer(server, receiver);
    if (!isAwaited || !(result instanceof Promise)) return void message.resolve(result);
    return result.then(
      (value) => void message.resolve(value),
      (error: unknown) => void message.reject(error),
    );
  } catch (error) {
    return void message.reject(error);
  }
}

function statusOf({ instance }: ServerBehaviour, process: Process): ProcessStatus {
  const { pid, label, parent, mailbox, trapExit, links } = process;
  const none = { state: undefined, fields: {} };
  const { state, fields } = instance ? showStatus(instance, { message: undefined, reason: undefined }) : none;
  return {
    pid,
    name: label,
    className: instance?.constructor.name ?? '',
    parent: parent?.label,
    status: mailbox.isSuspended ? 'suspended' : 'running',
    mailboxSize: mailbox.size,
    mailboxLimit: mailbox.limit,
    trapExit,
    links: Array.from(links ?? [], (peer) => peer.pid),
    state,
    fields,
  };
}
