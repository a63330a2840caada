import { Message, type MessageKind } from '../process/message.js';
import type { Process } from '../process/process.js';
import type { ClockTimer, Milliseconds } from '../runtime/clock.js';
import { EVENT, type MachineEvent, STATE, type TimeoutAction, type TimeoutKey } from './machine.js';

/** A timeout of a machine, from its start until its event is handled. */
export class Timeout {
  readonly message: Message;
  timer: ClockTimer | undefined = undefined;
  /** Taken out of the table: it may run, and run again if it is postponed. */
  isAccepted = false;

  constructor(
    readonly key: TimeoutKey,
    public event: MachineEvent,
  ) {
    this.message = new Message(kindOf(key), nameOf(key), this);
  }
}

/** The timeouts of one machine: at most one of each name is running. */
export class Timeouts {
  readonly #running = new Map<TimeoutKey, Timeout>();
  /** Those of 0 ms, in the order in which they were set: due before the next message from outside, without a timer. */
  readonly #due = new Set<Timeout>();

  constructor(private readonly process: Process) {}

  /** In order; of several for the same timeout, the last one counts (gen_statem). */
  apply(actions: readonly TimeoutAction[]): void {
    for (const action of lastOfEach(actions)) {
      if (action.kind === 'cancel') this.cancel(action.key);
      else if (action.kind === 'update') this.#update(action.key, action.event);
      else this.#set(action.key, action.delayMs, action.event);
    }
  }

  /** Also takes back one that has come due, as long as its event has not begun. */
  cancel(key: TimeoutKey): void {
    const timeout = this.#running.get(key);
    if (timeout === undefined) return;
    timeout.timer?.cancel();
    this.#due.delete(timeout);
    this.#running.delete(key);
  }

  /** The next one of 0 ms. */
  takeDue(): Message | undefined {
    for (const timeout of this.#due) {
      this.#due.delete(timeout);
      return timeout.message;
    }
    return undefined;
  }

  /** Its event is about to be handled. False when it was cancelled or set anew while it waited in the mailbox. */
  accept(timeout: Timeout): boolean {
    if (this.#running.get(timeout.key) === timeout) {
      this.#running.delete(timeout.key);
      timeout.isAccepted = true;
    }
    return timeout.isAccepted;
  }

  /** The process has ended. */
  close(): void {
    for (const timeout of this.#running.values()) timeout.timer?.cancel();
    this.#running.clear();
    this.#due.clear();
  }

  #set(key: TimeoutKey, delayMs: Milliseconds, event: MachineEvent): void {
    this.cancel(key);
    if (delayMs === Infinity) return;
    const timeout = new Timeout(key, event);
    this.#running.set(key, timeout);
    if (delayMs === 0) this.#due.add(timeout);
    else timeout.timer = this.process.host.clock.setTimer(delayMs, () => void this.process.deliver(timeout.message));
  }

  /** Of one that does not run: it is due at once (gen_statem). */
  #update(key: TimeoutKey, event: MachineEvent): void {
    const timeout = this.#running.get(key);
    if (timeout === undefined) this.#set(key, 0, event);
    else timeout.event = event;
  }
}

function lastOfEach(actions: readonly TimeoutAction[]): readonly TimeoutAction[] {
  if (actions.length < 2) return actions;
  const last = new Map(actions.map((action) => [action.key, action]));
  return actions.filter((action) => last.get(action.key) === action);
}

function kindOf(key: TimeoutKey): MessageKind {
  if (key === STATE) return 'state_timeout';
  return key === EVENT ? 'event_timeout' : 'named_timeout';
}

function nameOf(key: TimeoutKey): string {
  if (key === STATE) return 'stateTimeout';
  return key === EVENT ? 'eventTimeout' : `timeout ${key}`;
}
