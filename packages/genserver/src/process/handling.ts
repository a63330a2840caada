import { Activity } from './activity.js';
import type { CallMessage } from './call-message.js';
import type { ExitReason } from './exit-reason.js';
import { ExitError, reasonOf } from './exit.js';
import type { Exit } from './exit-signals.js';
import { sayLastWords } from './last-words.js';
import type { Message } from './message.js';
import type { Process } from './process.js';
import { isThenable } from './thenable.js';

/** One message from the mailbox: runs its handler, and what follows from how that ends. */
export function receive(process: Process, message: Message): void {
  const { kind, payload } = message;
  if (kind === 'timeout' && payload !== process.idleTimer) return; // a message has come since
  if (kind === 'call' && !(message as CallMessage).isPending) return skip(process, message);
  if (process.idleTimer !== undefined && kind !== 'sys' && kind !== 'enter') {
    process.idleTimer.stop();
    process.idleTimer = undefined;
  }
  const activity = begin(process, message);
  if (kind === 'stop') terminate(process, message, payload as ExitReason);
  else if (kind === 'exit' && isFromParent(process, payload as Exit)) {
    terminate(process, message, (payload as Exit).reason);
  } else handle(process, message, activity);
}

function begin(process: Process, message: Message): Activity {
  process.handling = message;
  const request = message.kind === 'call' || message.kind === 'start' ? (message as CallMessage) : undefined;
  const activity = new Activity(process, request === undefined ? Infinity : request.dueAt);
  if (request !== undefined) request.activity = activity;
  process.activity = activity;
  return activity;
}

/** No handler will run that could ask for the idle timeout again, so it begins anew. */
function skip(process: Process, message: Message): void {
  process.host.drop('expired_request', process.label, message.name);
  process.host.context.skipped?.(message);
  process.idleTimer?.start();
}

/** The one place where the failure of a handler is caught. */
function handle(process: Process, message: Message, activity: Activity): void {
  let result: unknown;
  let settled: Promise<unknown> | undefined;
  try {
    result = process.host.context.run(message, activity, handleMessage);
    if (isThenable(result)) settled = Promise.resolve(result); // looking at `then` may throw, too
  } catch (error) {
    return crash(process, message, error);
  }
  if (settled === undefined) return complete(process, message, result);
  settled.then(
    (value) => resume(process, message, value),
    (error: unknown) => crash(process, message, error),
  );
}

function handleMessage(message: Message): unknown {
  return message.receiver?.behaviour.handle(message);
}

/** An asynchronous handler has ended: the mailbox was waiting for it. */
function resume(process: Process, message: Message, result: unknown): void {
  complete(process, message, result);
  process.enqueue();
}

function complete(process: Process, message: Message, result: unknown): void {
  if (process.handling !== message) return dropLate(process, message);
  if (process.stopReason !== undefined && message.kind !== 'start') {
    return terminate(process, message, process.stopReason, () => process.behaviour.complete(message, result));
  }
  try {
    process.behaviour.complete(message, result);
  } catch (error) {
    return crash(process, message, error); // the handler returned what makes no sense (GS-050)
  }
  if (process.handling !== message) return; // init said ignore or stop
  if (process.stopReason !== undefined) return terminate(process, message, process.stopReason);
  leave(process);
  process.handling = process.activity = undefined;
  process.idleTimer?.start();
}

function crash(process: Process, message: Message, error: unknown): void {
  if (process.handling !== message) dropFailure(process, message, error);
  else if (message.kind === 'start') process.end(reasonOf(error), true);
  else terminate(process, message, reasonOf(error));
}

/** The process was ended before: what its handler then fails with is counted; that it notices the end is no failure. */
function dropFailure(process: Process, message: Message, error: unknown): void {
  if (!ExitError.isThrown(error)) process.host.drop('late_failure', process.label, message.name, error);
}

/** The process was ended while its handler ran: nobody hears the answer. */
function dropLate(process: Process, message: Message): void {
  if (message.kind === 'call') process.host.drop('late_reply', process.label, message.name);
}

function terminate(process: Process, message: Message, reason: ExitReason, answer?: () => void): void {
  process.status = 'stopping';
  const activity = process.activity ?? begin(process, message);
  leave(process); // last words are not said on the caller's behalf
  sayLastWords(activity, message, reason, answer);
}

/** What the handler has left running is for nobody who waits: it has no deadline but its own. */
function leave({ activity }: Process): void {
  if (activity !== undefined) activity.deadline = Infinity;
}

function isFromParent({ parent }: Process, exit: Exit): boolean {
  return parent !== undefined && parent.pid === exit.from;
}
