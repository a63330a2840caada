import { GenServer } from '../gen-server/gen-server.js';
import { Outcome } from '../gen-server/outcome.js';
import { isThenable } from '../process/thenable.js';

/** Computes something of the state; synchronous or not. */
export type StateFunction<State, Result> = (state: State) => Result | PromiseLike<Result>;

/** The server behind an agent: runs the functions it is sent on its state, one at a time. */
export class Agent<State> extends GenServer<State> {
  readonly #initial: () => State | PromiseLike<State>;

  constructor(initial: () => State | PromiseLike<State>) {
    super();
    this.#initial = initial;
  }

  override init(): Promise<State> | State {
    return this.#initial() as Promise<State> | State;
  }

  get(fn: StateFunction<State, unknown>): unknown {
    return fn(this.state);
  }

  update(fn: StateFunction<State, State>): unknown {
    return after(fn(this.state), (state) => {
      this.state = state;
    });
  }

  getAndUpdate(fn: StateFunction<State, readonly [unknown, State]>): unknown {
    return after(fn(this.state), (pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TypeError('getAndUpdate() needs a function that returns [value, state] (AGENT-007).');
      }
      this.state = pair[1];
      return pair[0];
    });
  }
}

/** Goes on with a result that may come later. `refuse(error)` is passed on as it is: the state stays. */
function after<T>(result: T | PromiseLike<T>, next: (result: T) => unknown): unknown {
  const proceed = (settled: T): unknown => (settled instanceof Outcome ? settled : next(settled));
  return isThenable(result) ? Promise.resolve(result).then(proceed) : proceed(result);
}
