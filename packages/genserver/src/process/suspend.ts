import { LaneMailbox } from './lane-mailbox.js';
import { Mailbox } from './mailbox.js';
import type { MessageQueue } from './message-queue.js';
import type { Process } from './process.js';

/**
 * From now on the process handles requests of `runtime.sys`, stops and the exit of its parent, and nothing else: all other
 * messages wait, in order. A kill, and an exit signal that it does not trap, end it as ever. Harmless when it is suspended
 * already (GS-082).
 */
export function suspend(process: Process): void {
  const { mailbox } = process;
  const lanes = mailbox instanceof LaneMailbox ? mailbox : move(mailbox, new LaneMailbox(undefined, nothing));
  lanes.isSuspended = true;
  process.mailbox = lanes;
  process.idleTimer?.stop();
}

/** What has waited is handled, in order. Harmless when it is not suspended. */
export function resume(process: Process): void {
  const { mailbox } = process;
  if (!(mailbox instanceof LaneMailbox)) return;
  mailbox.isSuspended = false;
  if (mailbox.limit === undefined) process.mailbox = move(mailbox, new Mailbox());
}

function move<Queue extends MessageQueue>(from: MessageQueue, to: Queue): Queue {
  for (let message = from.shift(); message !== undefined; message = from.shift()) to.push(message);
  return to;
}

/** Without a limit nothing is dropped. */
function nothing(): void {}
