import { StartError } from '../errors.js';
import type { CallMessage } from '../process/call-message.js';
import { ExitReason } from '../process/exit-reason.js';
import type { Behaviour } from '../process/host.js';
import type { IdleTimer } from '../process/idle-timer.js';
import type { Message } from '../process/message.js';
import type { Process } from '../process/process.js';
import type { Pid } from '../process/pid.js';
import type { RestartRecord } from '../process/restart-record.js';
import { showMessage } from '../process/shown-message.js';
import type { ServerStatus } from '../process/status.js';
import { isThenable } from '../process/thenable.js';
import type { HandlingEnd } from '../process/trail.js';
import type { Traits } from '../runtime/handler-traits.js';
import { type Kernel, newInstance } from '../runtime/kernel.js';
import { callMethod, type Method } from './call-method.js';
import { checkNew, checkOutcome } from './check-made.js';
import { GenServer, mayRestart, restartHistory, selfSlot, type ServerClass } from './gen-server.js';
import { Deferred, Ignored, Outcome, Refusal, Stopped } from './outcome.js';
import { Self } from './self.js';
import { showStatus } from './show-status.js';

/** A request of `runtime.sys`: runs between two messages, and answers for itself. May return a promise, which is awaited. */
export type SysOperation = (server: ServerBehaviour, request: CallMessage) => unknown;

/** How to make the instance that takes over, see Sys.restartWithState. */
export interface Renewal {
  readonly serverClass: ServerClass | undefined;
  readonly create: (() => unknown) | undefined;
  readonly extra: unknown;
}

/** How to make the instance, and what to give its init. */
export interface StartPlan {
  readonly serverClass: ServerClass;
  readonly create: (() => unknown) | undefined;
  readonly args: readonly unknown[];
}

/** Where a kind of server names the behaviour of its processes, if it is not ServerBehaviour: a static of its class. */
export const behaviourOf: unique symbol = Symbol('rookery.behaviour');

/** The behaviour of a new process. */
export function makeBehaviour(kernel: Kernel, plan: StartPlan): ServerBehaviour {
  const own = plan.serverClass as { readonly [behaviourOf]?: typeof ServerBehaviour };
  return new (own[behaviourOf] ?? ServerBehaviour)(kernel, plan);
}

/** The server's half of the protocol: message → method → result → answer. */
export class ServerBehaviour implements Behaviour {
  readonly #kernel: Kernel;
  #server: GenServer<unknown> | undefined;
  /** The arguments of init are forgotten once used, as they may be large (SUP-030); how to make an instance is kept. */
  #plan: StartPlan | undefined;
  #traits: Traits | undefined;

  constructor(kernel: Kernel, plan: StartPlan) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.#traits = kernel.handlerTraits?.of(plan.serverClass);
  }

  /** The running instance, for those who read a server's table directly, as the registry's callers do. */
  get instance(): GenServer<unknown> | undefined {
    return this.#server;
  }

  handle(message: Message): unknown {
    const server = this.#server;
    if (server === undefined) return this.#start(message);
    const { kind, payload } = message;
    if (kind === 'call' || kind === 'cast') return callMethod(server, message);
    if (kind === 'continue') return server.handleContinue(payload);
    if (kind === 'timeout') return this.#timeout(server, message);
    if (kind === 'sys') return (payload as SysOperation)(this, message as CallMessage);
    return this.#info(server, message, payload);
  }

  mayWait({ kind }: Message): boolean {
    return this.#traits?.mayWait !== false || kind === 'sys' || (kind === 'start' && this.#isMadeElsewhere());
  }

  noteWait(): void {
    if (this.#traits !== undefined) this.#traits.mayWait = true;
  }

  complete(message: Message, result: unknown): void {
    if (message.kind === 'start') this.#completeStart(message as CallMessage, result);
    else if (message.kind === 'call') this.#answer(message as CallMessage, result);
    else if (result instanceof Refusal) this.#drop('lost_refusal', message, result.error);
    else checkOutcome(message, result);
    this.continueAfter(message);
  }

  meaningOf(result: unknown): HandlingEnd {
    if (result instanceof Refusal) return { kind: 'refused', error: result.error };
    if (result instanceof Stopped) return { kind: 'exited', reason: result.reason };
    return result instanceof Deferred ? DEFERRED : DONE;
  }

  restartHistory(child: Pid): readonly RestartRecord[] {
    return this.#server?.[restartHistory]?.(child) ?? [];
  }

  /** One that has ended itself may be started again by its own supervisor, with its children. */
  mayRestart(child: Pid, reason: ExitReason): boolean {
    return this.#server === undefined || this.#server[mayRestart]?.(child, reason) === true;
  }

  status(message: Message | undefined, reason: ExitReason | undefined): ServerStatus | undefined {
    return this.#server && showStatus(this.#server, { message: message && showMessage(message), reason });
  }

  /** Puts a new instance in place of the running one, which goes on if that fails. */
  async renew({ serverClass, create, extra }: Renewal): Promise<void> {
    const old = this.#server;
    if (old === undefined) return;
    const kept = serverClass === undefined ? this.#plan?.create : undefined;
    const make = create ?? kept ?? (() => this.#kernel.createInstance(serverClass ?? (old.constructor as ServerClass)));
    const next = checkNew(await make());
    next[selfSlot] = old[selfSlot] as Self;
    try {
      const state = await next.codeChange(old.state, extra, old);
      if (this.#server !== old) return; // it has ended meanwhile
      next.state = state;
      this.#take(next);
    } catch (error) {
      delete next[selfSlot]; // it is nobody's
      throw error;
    }
  }

  terminate(reason: ExitReason): unknown {
    return this.#server?.terminate(reason);
  }

  ended(): void {
    this.#server = this.#plan = undefined;
  }

  /** What the server will find as its `self`. */
  protected makeSelf(kernel: Kernel, process: Process): Self {
    return new Self(kernel, process);
  }

  #start(message: Message): unknown {
    const plan = this.#plan;
    if (plan === undefined) return undefined; // cannot be: the start is the first message, and there is one
    const { serverClass, create, args } = plan;
    this.#plan = create && { serverClass, create, args: NOTHING };
    const made = create === undefined ? this.#kernel.createInstance(serverClass) : create();
    return isThenable(made) && !(made instanceof GenServer)
      ? Promise.resolve(made).then((server) => this.#init(message, server, args))
      : this.#init(message, made, args);
  }

  /** A framework may need time to make the instance. */
  #isMadeElsewhere(): boolean {
    return this.#plan?.create !== undefined || this.#kernel.createInstance !== newInstance;
  }

  #init(message: Message, server: unknown, args: readonly unknown[]): unknown {
    const process = message.receiver;
    if (process === undefined || process.status === 'ended') return undefined; // killed while it was made
    const fresh = checkNew(server);
    fresh[selfSlot] = this.makeSelf(this.#kernel, process);
    this.#take(fresh);
    return (fresh.init as Method).apply(fresh, args as unknown[]);
  }

  /** From now on it handles what comes; it may be of another class than was asked for. */
  #take(server: GenServer<unknown>): void {
    this.#server = server;
    this.#traits = this.#kernel.handlerTraits?.of(server.constructor as ServerClass);
  }

  #timeout(server: GenServer<unknown>, message: Message): unknown {
    const { info } = message.payload as IdleTimer;
    return info === undefined ? server.handleTimeout() : this.#info(server, message, info.message);
  }

  #info(server: GenServer<unknown>, message: Message, payload: unknown): unknown {
    if (server.handleInfo !== GenServer.prototype.handleInfo) return server.handleInfo(payload);
    return this.#drop('unhandled_info', message, payload);
  }

  #completeStart(message: CallMessage, result: unknown): void {
    const process = message.receiver;
    if (result instanceof Ignored) {
      message.resolve(undefined);
      process?.end({ kind: 'normal' });
    } else if (result instanceof Stopped) process?.end(result.reason, true);
    else if (result instanceof Refusal) {
      message.reject(new StartError(process?.label ?? '', ExitReason.error(result.error)));
      process?.end(ExitReason.normal); // so whoever is linked lives on (GS-005)
    } else if (result instanceof Outcome) {
      throw new TypeError('init() may return a state, ignore(), stop(reason) or refuse(error), not a deferred answer.');
    } else {
      this.keepState(result);
      message.resolve(process);
    }
  }

  /** Without an init of its own, a class keeps what its field `state` was initialised with. */
  protected keepState(state: unknown): void {
    const server = this.#server;
    if (server !== undefined && server.init !== GenServer.prototype.init) server.state = state;
  }

  #answer(request: CallMessage, result: unknown): void {
    if (!(result instanceof Outcome)) {
      if (!request.resolve(result)) this.#drop('late_reply', request);
    } else if (result instanceof Refusal) {
      if (!request.reject(result.error)) this.#drop('late_reply', request);
    } else {
      checkOutcome(request, result);
      this.#putOff(request, result);
    }
  }

  #putOff(request: CallMessage, answer: Outcome): void {
    if (answer instanceof Deferred && !answer.answers(request)) {
      throw new TypeError(`"${request.name}" returned a deferred answer that was made for another call.`);
    }
    if (request.isPending && request.receiver !== undefined) {
      (request.receiver.deferred ??= new Set()).add(request);
    }
  }

  /** What the handler wants to run next goes before all that waits. */
  protected continueAfter(message: Message): void {
    const process = message.receiver;
    const continuations = this.#server?.[selfSlot]?.takeContinuations();
    if (continuations !== undefined) for (const next of continuations.toReversed()) process?.deliverFirst(next);
  }

  #drop(kind: 'late_reply' | 'lost_refusal' | 'unhandled_info', message: Message, detail?: unknown): void {
    this.#kernel.drop(kind, message.receiver?.label ?? '', message.name, detail);
  }
}

const NOTHING: readonly unknown[] = [];
const DONE: HandlingEnd = { kind: 'done' };
const DEFERRED: HandlingEnd = { kind: 'deferred' };
