import { CallMessage } from './call-message.js';
import type { Message } from './message.js';
import type { ShownMessage } from './status.js';

/** A message for people: plain data, without what leads into the process. */
export function showMessage(message: Message): ShownMessage {
  const { kind, name } = message;
  const args = kind === 'call' || kind === 'cast' ? message.args : argsOf(message);
  const from = message instanceof CallMessage ? message.origin?.process.label : undefined;
  return { kind, name, args, from };
}

/** Of a start those of init. */
function argsOf({ kind, payload }: Message): readonly unknown[] {
  return kind === 'start' && Array.isArray(payload) ? payload : [payload];
}
