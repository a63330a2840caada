import { InvalidOptionError } from '../errors.js';
import type { Message } from '../process/message.js';
import { GenServer, selfSlot } from './gen-server.js';
import { Deferred, Ignored, Outcome, Stopped } from './outcome.js';

/** What was made must be an instance that no process runs yet. */
export function checkNew(made: unknown): GenServer<unknown> {
  if (!(made instanceof GenServer)) {
    throw new InvalidOptionError('create', 'a function that makes a GenServer', made);
  }
  if (made[selfSlot] !== undefined) {
    throw new InvalidOptionError('create', 'a function that makes a new instance each time', made);
  }
  return made as GenServer<unknown>;
}

/** What only init, or only a state machine, may say. */
export function checkOutcome({ name }: Message, result: unknown): void {
  if (!(result instanceof Outcome) || result instanceof Deferred) return;
  if (!(result instanceof Ignored || result instanceof Stopped)) {
    throw new TypeError(`"${name}" returned postpone(), which only the handlers of a GenStateMachine may.`);
  }
  throw new TypeError(
    `"${name}" returned ignore() or stop(), which only init may: call this.self.stop(reason) instead.`,
  );
}
