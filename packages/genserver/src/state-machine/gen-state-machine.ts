import { behaviourOf } from '../gen-server/dispatch.js';
import { GenServer, type InitResult } from '../gen-server/gen-server.js';
import { callbackNames } from '../gen-server/messages.js';
import { StateMachineError } from './errors.js';
import { MachineBehaviour } from './machine-behaviour.js';
import type { MachineSelf } from './machine-self.js';
import type { MachineState } from './machine.js';

/** One function for each state; each gets the state as its own type. */
export type StateTable<State extends MachineState> = {
  readonly [Kind in State['kind']]: (state: Extract<State, { readonly kind: Kind }>) => unknown;
};

/** No name that is none of a state: a row that could never run is a typing error. */
type NoOtherRows<Table, Kind extends string> = { readonly [Name in Exclude<keyof Table, Kind>]: never };

/** What the rows return, together. */
type TableResult<Table> = {
  [Name in keyof Table]: Table[Name] extends (...args: never[]) => infer R ? R : never;
}[keyof Table];

/**
 * A state machine, OTP's gen_statem: a GenServer whose `state` is one of several, each a name (`kind`) with its own data. Its
 * public methods are its events. A handler changes the state by assigning it, and `return postpone()` keeps an event for
 * the next state.
 *
 * Type parameters: `State`, a union of objects that `kind` tells apart; `TimeoutName`, the names for `self.timeout(name)`.
 */
export abstract class GenStateMachine<
  State extends MachineState,
  TimeoutName extends string = string,
> extends GenServer<State> {
  static readonly [behaviourOf] = MachineBehaviour;
  static readonly [callbackNames]: ReadonlySet<string> = new Set(['handleEnter', 'when']);
  declare readonly [callbackNames]: 'handleEnter';

  /** The process that runs this machine, with its timeouts. There from `init` on; before, it throws a NotStartedError. */
  override get self(): MachineSelf<TimeoutName> {
    return super.self as MachineSelf<TimeoutName>; // made by MachineBehaviour
  }

  /** Gives the first state; may set timeouts and insert events. Otherwise as for any GenServer. */
  abstract override init(..._args: never[]): InitResult<State> | Promise<InitResult<State>>;

  /**
   * Define it to be called whenever a state is entered: after init, after each event that changed `state.kind`, and on
   * `self.repeatState()`. It comes before all other events. `previous` is the state it came from; the same as now after init
   * and on a repeat. May change the data, set timeouts, reply and stop; may not change to another state, postpone or insert.
   */
  handleEnter?(previous: State): void | Promise<void>;

  /**
   * Does what the row of the current state says, and returns what that returns. A forgotten state does not compile; for
   * "all others" give a function as the second argument.
   */
  protected when<const Table extends Partial<StateTable<State>> & NoOtherRows<Table, State['kind']>, Result>(
    table: Table,
    otherwise: (state: Exclude<State, { readonly kind: keyof Table }>) => Result,
  ): TableResult<Table> | Result;
  protected when<const Table extends StateTable<State> & NoOtherRows<Table, State['kind']>>(
    table: Table,
  ): TableResult<Table>;
  protected when(
    table: Partial<Record<string, (state: never) => unknown>>,
    otherwise?: (state: never) => unknown,
  ): unknown {
    const { state } = this;
    const row = Object.hasOwn(table, state.kind) ? table[state.kind] : otherwise;
    if (row === undefined) throw unknownState(this.self.name, state.kind, Object.keys(table));
    return row(state as never); // the row was picked by its kind
  }
}

function unknownState(machine: string, kind: string, known: readonly string[]): StateMachineError {
  const rows = known.map((name) => `"${name}"`).join(', ');
  return new StateMachineError(
    machine,
    `it is in the state "${kind}", for which this event has no row; it has ${rows}.`,
  );
}
