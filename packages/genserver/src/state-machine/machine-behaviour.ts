import { ServerBehaviour } from '../gen-server/dispatch.js';
import { Outcome } from '../gen-server/outcome.js';
import type { Self } from '../gen-server/self.js';
import { Message } from '../process/message.js';
import type { Process } from '../process/process.js';
import { isThenable } from '../process/thenable.js';
import type { HandlingEnd } from '../process/trail.js';
import type { Kernel } from '../runtime/kernel.js';
import { badState, StateMachineError } from './errors.js';
import {
  EVENT,
  type Machine,
  type MachineControl,
  type MachineEvent,
  type MachineState,
  STATE,
  type TimeoutAction,
} from './machine.js';
import { MachineSelf } from './machine-self.js';
import { PostponedEvents } from './postponed-events.js';
import { Postponed } from './postpone.js';
import { Timeout, Timeouts } from './timeouts.js';

/** Results of `handle` that are not the user's: a timeout that was cancelled; a call that was answered before the end. */
const STALE = Symbol('stale');
const ANSWERED = Symbol('answered');

/**
 * Runs a GenStateMachine in the order of OTP's gen_statem. After each event: reply; retry what was postponed if the state is
 * another; inserted events before those; then the enter call; then timeouts are cancelled and set.
 */
export class MachineBehaviour extends ServerBehaviour implements MachineControl {
  readonly #postponed = new PostponedEvents();
  #process: Process | undefined;
  #timeouts: Timeouts | undefined;
  /** What the last transition left, to tell whether a handler has changed it. */
  #state: MachineState | undefined;
  #kind = '';
  /** Of the running event and the enter calls that follow it. */
  #actions: TimeoutAction[] = [];
  #isRepeat = false;
  #hasChanged = false;

  override handle(message: Message): unknown {
    const result = this.#run(message);
    if (!isThenable(result)) return this.#answerBeforeEnd(message, result);
    return Promise.resolve(result).then((value) => this.#answerBeforeEnd(message, value));
  }

  /** What the traits of the class say is about its methods, not about functions that were handed in. */
  override mayWait(message: Message): boolean {
    return message.kind === 'internal' || message.payload instanceof Timeout || super.mayWait(message);
  }

  override complete(message: Message, result: unknown): void {
    const process = message.receiver;
    if (result === ANSWERED || process === undefined) return;
    if (process.status === 'stopping') {
      if (!(result instanceof Postponed)) super.complete(message, result);
    } else if (message.kind === 'sys') this.#completeSys(message, result);
    else if (result === STALE) this.#feedDue(process);
    else if (message.kind === 'start') this.#completeStart(process, message, result);
    else if (message.kind === 'enter') this.#completeEnter(process, message, result);
    else this.#completeEvent(process, message, result);
  }

  override meaningOf(result: unknown): HandlingEnd {
    return result instanceof Postponed ? { kind: 'postponed' } : super.meaningOf(result);
  }

  override ended(): void {
    this.#postponed.drop();
    this.#timeouts?.close();
    super.ended();
  }

  act(action: TimeoutAction): void {
    const process = this.#process;
    if (process === undefined || process.status === 'ended') return; // what an abandoned handler still does has no effect
    this.#actions.push(action);
    if (process.handling === undefined) this.#setTimeouts(process);
  }

  repeat(): void {
    if (this.#process?.handling !== undefined) this.#isRepeat = true;
  }

  checkInsert(): void {
    if (this.#process?.handling?.kind !== 'enter') return;
    throw this.#error('handleEnter inserted an event, which only the handler of an event may.');
  }

  protected override makeSelf(kernel: Kernel, process: Process): Self {
    this.#process = process;
    this.#timeouts = new Timeouts(process);
    return new MachineSelf(kernel, process, this);
  }

  /** The first state is checked before the start is answered. */
  protected override keepState(state: unknown): void {
    super.keepState(state);
    this.#commit();
  }

  get #machine(): Machine | undefined {
    return this.instance as Machine | undefined; // a GenStateMachine, as only its class names this behaviour
  }

  #run(message: Message): unknown {
    const { kind, payload } = message;
    if (payload instanceof Timeout) return this.#timeouts?.accept(payload) === true ? payload.event() : STALE;
    if (kind === 'internal') return (payload as MachineEvent)();
    if (kind === 'enter') return this.#machine?.handleEnter?.(payload as MachineState);
    return super.handle(message);
  }

  /** A machine that stops replies first and then terminates: OTP's stop_and_reply, other than a GenServer's stop. */
  #answerBeforeEnd(message: Message, result: unknown): unknown {
    const isLast = message.receiver?.stopReason !== undefined && message.receiver.status === 'running';
    if (!isLast || message.kind !== 'call' || result instanceof Postponed) return result;
    super.complete(message, result);
    return ANSWERED;
  }

  /** No event: nothing is cancelled. What replaceState or new code put in place is the state, and nothing was entered (gen_statem). */
  #completeSys(message: Message, result: unknown): void {
    super.complete(message, result);
    if (isState(this.#machine?.state)) this.#commit();
  }

  #completeStart(process: Process, message: Message, result: unknown): void {
    super.complete(message, result);
    if (process.status === 'ended' || result instanceof Outcome) return;
    this.#hasChanged = true;
    this.#enterOrSettle(process, this.#state, true);
  }

  #completeEvent(process: Process, message: Message, result: unknown): void {
    const previous = this.#state;
    this.#hasChanged = this.#commit();
    if (result instanceof Postponed) this.#postponed.add(message);
    if (this.#hasChanged) this.#postponed.retry(process);
    if (result instanceof Postponed) this.continueAfter(message);
    else super.complete(message, result);
    this.#enterOrSettle(process, this.#hasChanged ? previous : this.#state, this.#hasChanged);
  }

  #completeEnter(process: Process, message: Message, result: unknown): void {
    if (result instanceof Postponed) throw this.#error('handleEnter returned postpone(), but it handles no event.');
    const { kind } = message.payload as MachineState;
    const entered = this.#kind;
    if (this.#commit()) {
      throw this.#error(`handleEnter changed the state from "${entered}" to "${this.#kind}" (it came from "${kind}").`);
    }
    super.complete(message, result);
    this.#enterOrSettle(process, message.payload as MachineState, false); // repeated, it still comes from there
  }

  /** Notes the state as it is now, and returns whether it is another one than before. */
  #commit(): boolean {
    const machine = this.#machine;
    const state: unknown = machine?.state;
    if (!isState(state)) {
      if (machine !== undefined && this.#state !== undefined) machine.state = this.#state; // for terminate
      throw badState(this.#process?.label ?? '', state);
    }
    const hasChanged = state.kind !== this.#kind;
    this.#state = state;
    this.#kind = state.kind;
    return hasChanged;
  }

  /** Timeouts are cancelled and set after the enter call, together with those that it asks for. */
  #enterOrSettle(process: Process, previous: MachineState | undefined, isNew: boolean): void {
    const isEntering = (isNew || this.#isRepeat) && this.#machine?.handleEnter !== undefined;
    this.#isRepeat = false;
    if (isEntering) return process.deliverFirst(new Message('enter', 'enter', previous));
    this.#timeouts?.cancel(EVENT);
    if (this.#hasChanged) this.#timeouts?.cancel(STATE);
    this.#setTimeouts(process);
  }

  #setTimeouts(process: Process): void {
    const actions = this.#actions;
    if (actions.length > 0) this.#actions = [];
    this.#timeouts?.apply(actions);
    this.#feedDue(process);
  }

  /** A timeout of 0 ms comes behind all that the machine has asked of itself, before all that others have sent. */
  #feedDue(process: Process): void {
    if (process.mailbox.hasFront) return;
    const due = this.#timeouts?.takeDue();
    if (due !== undefined) process.deliverFirst(due);
  }

  #error(problem: string): StateMachineError {
    return new StateMachineError(this.#process?.label ?? '', problem);
  }
}

function isState(state: unknown): state is MachineState {
  return typeof state === 'object' && state !== null && 'kind' in state && typeof state.kind === 'string';
}
