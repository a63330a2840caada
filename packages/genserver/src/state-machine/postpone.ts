import { Outcome } from '../gen-server/outcome.js';

/** Made by `postpone`. */
export class Postponed extends Outcome {
  declare readonly kind: 'postponed';
}

/**
 * Puts off the event that is being handled until the state has changed: then it is handled again, before all that waits, in
 * the order in which events came. To be returned: `open: () => postpone()`. A caller goes on waiting. Its type is `never`, so
 * it does not show in the type of the reply. For a GenStateMachine only, and not in its `handleEnter`.
 */
export function postpone(): never {
  return new Postponed() as never;
}
