import { checkFunction, checkOptions } from '../checks.js';
import type { ChildDefaults } from '../gen-server/child-defaults.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Name } from '../runtime/names.js';
import { child, type ChildId, type ChildSpec } from '../supervisor/child-spec.js';
import { AgentRef } from './agent-ref.js';
import { Agent } from './agent-server.js';

/** An agent: some state, and nothing but functions on it. */
export interface AgentOptions<State> extends ChildDefaults {
  /** Gives the first state, in the agent; the start waits for it. Called at every start, so a restart begins anew (AGENT-001, AGENT-016). */
  readonly initial: () => State | PromiseLike<State>;
  /** Taken: the start rejects with an AlreadyStartedError (AGENT-003). */
  readonly name?: Name;
  /** Default: the name; `Agent` if it has none. */
  readonly id?: ChildId;
  /** An `initial` that takes longer is killed: a StartTimeoutError. Default Infinity. */
  readonly startTimeoutMs?: Milliseconds;
}

/** An agent, for `runtime.start` and as a child of a supervisor: `permanent`, 5000 ms to stop, unless said otherwise (AGENT-015). */
export function agent<State>(options: AgentOptions<State>): ChildSpec<AgentRef<State>> {
  checkOptions(options);
  const { initial, name, ...rest } = options;
  checkFunction('initial', initial, 'a function that gives the first state');
  const create = (): Agent<State> => new Agent(initial);
  const spec = child<Agent<State>>(Agent, { ...rest, create, ...(name !== undefined && { name }) });
  return { ...spec, toRef: (kernel, target) => new AgentRef<State>(kernel, name ?? target) };
}
