/** What every state of a machine has: its name. The rest is the data that only this state has. */
export interface MachineState {
  readonly kind: string;
}

/** Something that a machine does as an event of its own: after the running handler, with transition, postponing and all. */
export type MachineEvent = () => unknown;

/** A state machine, seen by what runs it. */
export interface Machine {
  state: MachineState;
  handleEnter?(previous: MachineState): unknown;
}

/** What the running handler can ask for, besides its result. */
export interface MachineControl {
  act(action: TimeoutAction): void;
  repeat(): void;
  /** Throws if the running handler is an enter call, which may not. */
  checkInsert(): void;
}

/** The one state timeout, the one event timeout: names that no name of a user's can be. */
export const STATE: unique symbol = Symbol('stateTimeout');
export const EVENT: unique symbol = Symbol('eventTimeout');

/** Which timeout. */
export type TimeoutKey = typeof STATE | typeof EVENT | string;

/** What to do to a timeout once the handler has ended. */
export type TimeoutAction =
  | { readonly kind: 'set'; readonly key: TimeoutKey; readonly delayMs: number; readonly event: MachineEvent }
  | { readonly kind: 'update'; readonly key: TimeoutKey; readonly event: MachineEvent }
  | { readonly kind: 'cancel'; readonly key: TimeoutKey };
