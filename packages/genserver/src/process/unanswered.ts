import { ProcessExitedError, StartError, StopFailedError } from '../errors.js';
import { CallMessage } from './call-message.js';
import type { ExitReason } from './exit-reason.js';
import type { Message } from './message.js';
import type { Process } from './process.js';
import { resume } from './suspend.js';

/** The process has ended: whoever waits for an answer learns why none will come; what nobody waits for is counted (GS-032, GS-033). */
export function cancelRequests(process: Process, last: Message | undefined, reason: ExitReason): void {
  if (last instanceof CallMessage) settle(process, last, reason);
  for (const request of process.deferred ?? []) settle(process, request, reason);
  process.deferred = undefined;
  resume(process); // else its mailbox would hold back what waits
  for (let message = process.mailbox.shift(); message !== undefined; message = process.mailbox.shift()) {
    if (message instanceof CallMessage) settle(process, message, reason);
    else if (message.kind === 'cast')
      process.host.drop('dead_letter', process.label, message.name, message.args, message);
    else if (message.kind === 'info')
      process.host.drop('dead_letter', process.label, message.name, message.payload, message);
  }
}

function settle(process: Process, request: CallMessage, reason: ExitReason): void {
  if (request.kind === 'start') request.cancel(new StartError(process.label, reason));
  else if (request.kind !== 'stop') request.cancel(new ProcessExitedError(process.label, request.name, reason));
  else if (isSame(request.payload as ExitReason, reason)) request.resolve(undefined);
  else request.cancel(new StopFailedError(process.label, reason)); // GS-079
}

function isSame(asked: ExitReason, actual: ExitReason): boolean {
  if (asked.kind === 'error' && actual.kind === 'error') return asked.error === actual.error;
  if (asked.kind === 'shutdown' && actual.kind === 'shutdown') return asked.detail === actual.detail;
  return asked.kind === actual.kind;
}
