import { CallMessage } from './call-message.js';
import { OverloadedError } from './errors.js';
import type { Message } from './message.js';

/** A full mailbox has dropped a message: counted, and who waits for an answer is told. */
export function refuseOverflow(message: Message): void {
  const process = message.receiver;
  if (process === undefined) return;
  const { host, label, mailbox } = process;
  const isExpired = message instanceof CallMessage && !message.isPending;
  const detail = message.kind === 'info' ? message.payload : message.args;
  host.drop(isExpired ? 'expired_request' : 'overflow', label, message.name, detail, message);
  if (message instanceof CallMessage) {
    message.reject(new OverloadedError(label, message.name, mailbox.limit?.limit ?? Infinity));
  }
}
