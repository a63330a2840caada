import { type ExitReason, GenStateMachine } from '../../src/index.js';

export type LabState =
  | { readonly kind: 'a' }
  | { readonly kind: 'b'; readonly note: string }
  | { readonly kind: 'c'; readonly count: number };

export interface LabOptions {
  readonly first?: LabState;
  /** What happened, kept outside the machine. */
  readonly log?: string[];
  /** Runs within init. */
  readonly onInit?: (lab: Lab) => void;
}

/** A machine that does, as an event, whatever a test gives it. */
export class Lab extends GenStateMachine<LabState, 'x' | 'y'> {
  log: string[] = [];

  override init({ first = { kind: 'a' }, log = [], onInit }: LabOptions = {}): LabState {
    this.log = log;
    onInit?.(this);
    return first;
  }

  run<T>(work: (lab: this) => T): T {
    return work(this);
  }

  /** Notes its name, and the state in which it comes. */
  note(name: string): string {
    this.log.push(`${name} in ${this.state.kind}`);
    return this.state.kind;
  }

  override handleInfo(message: unknown): void {
    if (typeof message === 'function') return (message as (lab: this) => void)(this);
    this.note(`info ${String(message)}`);
  }

  override terminate(reason: ExitReason): void | Promise<void> {
    this.log.push(`terminate ${reason.kind} in ${this.state.kind}`);
  }
}

/** The same, with enter calls: `onEnter` runs within them. */
export class EnteringLab extends Lab {
  onEnter: ((lab: this, previous: LabState) => void | Promise<void>) | undefined;

  override handleEnter(previous: LabState): void | Promise<void> {
    this.log.push(`enter ${this.state.kind} from ${previous.kind}`);
    return this.onEnter?.(this, previous);
  }
}

export const A: LabState = { kind: 'a' };
export const B: LabState = { kind: 'b', note: '' };
export const C: LabState = { kind: 'c', count: 0 };
