import { checkDuration, checkOptions, checkSignal } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Pid } from '../process/pid.js';
import { pack } from '../process/message.js';
import type { Process } from '../process/process.js';
import { locate, named, type ProcessRef } from '../runtime/address.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import type { Name } from '../runtime/names.js';
import { CALL_TIMEOUT_MS, type CallOptions, cast, request, sendInfo } from './call.js';
import { ServerBehaviour } from './dispatch.js';
import type { GenServer, ServerClass } from './gen-server.js';
import { type CallClient, type CastClient, makeClient } from './messages.js';
import { type Shared, shared } from './shared.js';
import { type StateWatcher, watchState, type WatchOptions } from './state-watch.js';

/**
 * How to reach a server. By pid it means one process and ends with it; by name it finds whoever holds the name now, so it
 * survives restarts: that is the one to keep.
 */
export class ServerRef<S extends GenServer<unknown> = GenServer<unknown>> implements ProcessRef {
  readonly #kernel: Kernel;
  readonly #serverClass: ServerClass<S>;
  readonly #target: Process | Name | Pid;
  #call: CallClient<S> | undefined;
  #cast: CastClient<S> | undefined;

  /** Made by the runtime: `runtime.start()` gives a ref by pid (by name, if it has one), `runtime.ref()` one by either. */
  constructor(kernel: Kernel, serverClass: ServerClass<S>, target: Process | Name | Pid) {
    this.#kernel = kernel;
    this.#serverClass = serverClass;
    this.#target = target;
  }

  /**
   * The server's messages as calls: `await ref.call.join(ada)`. Waits 5 s; `with` changes that. Rejects with a
   * ProcessExitedError as soon as the server ends, with a NoProcessError if nobody is there, with a CallTimeoutError when
   * time is up, with a CallCycleError where waiting would never end, with an OverloadedError when its mailbox is full, and
   * with what the handler refused with.
   */
  get call(): CallClient<S> {
    return (this.#call ??= this.#makeCall(CALL_TIMEOUT_MS, undefined));
  }

  /** The server's messages as casts: `ref.cast.leave(ada)`. Never throws; if nobody is there the message is counted as a dead letter. */
  get cast(): CastClient<S> {
    return (this.#cast ??= makeClient(this.#serverClass, (name, args) =>
      cast(this.#kernel, this[locate](), this, name, args),
    ) as CastClient<S>);
  }

  /** Calls with another time limit, or with an AbortSignal that ends the waiting. */
  with(options: CallOptions): { readonly call: CallClient<S> } {
    checkOptions(options);
    const { timeoutMs = CALL_TIMEOUT_MS, signal } = options;
    checkDuration('timeoutMs', timeoutMs);
    checkSignal(signal);
    return { call: this.#makeCall(timeoutMs, signal) };
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    const process = this[locate]();
    return process?.status === 'ended' ? undefined : process?.pid;
  }

  /** Whether somebody stands behind it now. That may have changed a moment later. */
  get isAlive(): boolean {
    return this.pid !== undefined;
  }

  /**
   * What the server has under `[shared]`, to be used directly; undefined while nobody is there. It goes with its process: a
   * restart has another one, so ask each time instead of keeping it. Throws when another kind of server holds the name.
   */
  get shared(): Shared<S> | undefined {
    const behaviour = this[locate]()?.behaviour;
    const server = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
    if (server === undefined) return undefined;
    if (server instanceof this.#serverClass) return (server as { readonly [shared]?: Shared<S> })[shared];
    throw new InvalidOptionError('ref', `the name of a ${this.#serverClass.name}`, String(this));
  }

  /**
   * Puts a message for `handleInfo` into its mailbox. Returns false, and counts a dead letter, if nobody is there; also
   * false if its mailbox is full and rejects it.
   */
  send(message: unknown): boolean {
    return sendInfo(this.#kernel, this[locate](), this, 'send', message);
  }

  /**
   * Tells `watcher` of the server's `state` after each message; returns how to stop. A server that nobody watches pays nothing for it. By name it
   * goes on with the next process, as long as one may come: it ends when the server has ended and its supervisor will not restart it, when
   * nobody has held the name for `downMs`, and with the runtime. By pid it ends with the process.
   */
  watch(watcher: StateWatcher<S['state']>, options?: WatchOptions): () => void {
    return watchState(this.#kernel, this, watcher, options);
  }

  toString(): string {
    return isProcess(this.#target) ? this.#target.label : formatName(this.#target);
  }

  get [named](): Name | undefined {
    return isProcess(this.#target) || typeof this.#target === 'number' ? undefined : this.#target;
  }

  [locate](): Process | undefined {
    return isProcess(this.#target) ? this.#target : this.#kernel.find(this.#target);
  }

  #makeCall(timeoutMs: number, signal: AbortSignal | undefined): CallClient<S> {
    return makeClient(this.#serverClass, (name, args) => {
      const arity = args.length;
      const what = { kind: 'call', name, payload: pack(args), arity, timeoutMs, signal, urgent: false } as const;
      return request(this.#kernel, this[locate](), this, what);
    }) as CallClient<S>;
  }
}

/** Sends a plain message, for `handleInfo`. Without an error if nobody is there any more (PROC-023). */
export function send(target: Pick<ServerRef, 'send'>, message: unknown): void {
  if (typeof target?.send !== 'function') throw new InvalidOptionError('target', 'a ref or an alias', target);
  target.send(message);
}

function isProcess(target: Process | Name | Pid): target is Process {
  return typeof target === 'object' && 'mailbox' in target;
}
