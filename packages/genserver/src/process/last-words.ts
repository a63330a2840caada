import type { Activity } from './activity.js';
import type { ExitReason } from './exit-reason.js';
import { reasonOf } from './exit.js';
import type { Message } from './message.js';
import { isThenable } from './thenable.js';

/**
 * Runs terminate, then gives the reply of the handler that asked to stop, then ends the process: in this order, and each even
 * if the one before failed (GS-045, GS-046).
 */
export function sayLastWords(
  activity: Activity,
  message: Message,
  reason: ExitReason,
  answer: (() => void) | undefined,
): void {
  const { process } = activity;
  const finish = (finalReason: ExitReason): void => {
    if (process.status === 'ended') return;
    process.end(tryAnswer(answer) ?? finalReason, true);
  };
  const fail = (error: unknown): void => {
    if (process.status === 'ended') process.host.drop('late_failure', process.label, 'terminate', error);
    else finish(reasonOf(error)); // what terminate throws replaces the reason (GS-055)
  };
  try {
    const result = process.host.context.run(message, activity, () => process.behaviour.terminate(reason));
    if (isThenable(result)) Promise.resolve(result).then(() => finish(reason), fail);
    else finish(reason);
  } catch (error) {
    fail(error);
  }
}

/** Returns why the answer makes no sense, if it does not (GS-050). */
function tryAnswer(answer: (() => void) | undefined): ExitReason | undefined {
  try {
    answer?.();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
