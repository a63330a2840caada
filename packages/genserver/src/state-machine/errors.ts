import { GenServerError } from '../errors.js';
import { inspect } from 'node:util';

/** A state machine was given a state that is none, or did in `handleEnter` what is not allowed there. It ends with this error. */
export class StateMachineError extends GenServerError {
  readonly code = 'ERR_GENSERVER_STATE_MACHINE';

  constructor(
    /** Its name, or its class. */
    readonly machine: string,
    /** What is wrong. */
    readonly problem: string,
  ) {
    super(`${machine}: ${problem}`);
  }
}

/** What `this.state` holds is no state. */
export function badState(machine: string, state: unknown): StateMachineError {
  const shown = inspect(state, { depth: 1, breakLength: Infinity });
  return new StateMachineError(
    machine,
    `its state is ${shown}, expected an object with a string \`kind\`, the name of the state, beside its data. ` +
      'Look at what init returned, or what was assigned to this.state.',
  );
}
