import { checkDuration, checkFunction } from '../checks.js';
import { Self } from '../gen-server/self.js';
import { Message } from '../process/message.js';
import type { Process } from '../process/process.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { EVENT, type MachineControl, type MachineEvent, STATE, type TimeoutKey } from './machine.js';

/** A timeout of a state machine: at most one of it is running. What is asked for takes effect when the handler has ended. */
export class MachineTimeout {
  readonly #control: MachineControl;
  readonly #key: TimeoutKey;

  /** Made by the machine's `self`. */
  constructor(control: MachineControl, key: TimeoutKey) {
    this.#control = control;
    this.#key = key;
  }

  /**
   * Handles `event` after so long, instead of what was set before. With 0 ms it comes before any message that is still
   * waiting, behind inserted and retried events. Infinity cancels.
   */
  set(delayMs: Milliseconds, event: MachineEvent): void {
    checkDuration('delayMs', delayMs);
    checkEvent(event);
    this.#control.act({ kind: 'set', key: this.#key, delayMs, event });
  }

  /** Another event at the same time; at once, if it is not running. */
  update(event: MachineEvent): void {
    checkEvent(event);
    this.#control.act({ kind: 'update', key: this.#key, event });
  }

  /** Also takes back one that has come due but has not been handled. Harmless when it is not running. */
  cancel(): void {
    this.#control.act({ kind: 'cancel', key: this.#key });
  }
}

/** The process of a state machine, as the machine sees it: `this.self`, with what only a machine can do. */
export class MachineSelf<TimeoutName extends string = string> extends Self {
  readonly #control: MachineControl;

  /** Made by the runtime. */
  constructor(kernel: Kernel, process: Process, control: MachineControl) {
    super(kernel, process);
    this.#control = control;
  }

  /** Ends with the state: cancelled when the machine changes to another one. */
  get stateTimeout(): MachineTimeout {
    return new MachineTimeout(this.#control, STATE);
  }

  /** Cancelled by the next event of any kind, also one that is postponed. */
  get eventTimeout(): MachineTimeout {
    return new MachineTimeout(this.#control, EVENT);
  }

  /** A timeout with a name: it outlives changes of state, until it is due, set anew or cancelled. */
  timeout(name: TimeoutName): MachineTimeout {
    return new MachineTimeout(this.#control, name);
  }

  /**
   * Handles `event` right after this handler, before events that are retried and before all that waits; several in the order
   * in which they were inserted. Not in `handleEnter`.
   */
  insert(event: MachineEvent): void {
    checkEvent(event);
    this.runNext(new Message('internal', event.name === '' ? 'internal' : event.name, event));
  }

  /** Runs `handleEnter` again, although the state stays. Neither cancels the state timeout nor retries what was postponed. */
  repeatState(): void {
    this.#control.repeat();
  }

  protected override runNext(message: Message): void {
    this.#control.checkInsert();
    super.runNext(message);
  }
}

function checkEvent(event: unknown): void {
  checkFunction('event', event, 'a function: what to do, as an event of its own');
}
