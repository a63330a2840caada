import { UnknownMessageError } from '../errors.js';
import type { Message } from '../process/message.js';
import type { GenServer, ServerClass } from './gen-server.js';
import { messageNames } from './messages.js';

export type Method = (...args: readonly unknown[]) => unknown;

/** Runs the method that a call or cast is for. */
export function callMethod(server: GenServer<unknown>, message: Message): unknown {
  // A cast, as TypeScript cannot know the class; the name came from the class of the ref, see messages.ts.
  const methods = server as unknown as Record<string, Method | undefined>;
  const { name, arity, payload } = message;
  // A ref by name was made for another class than the one that holds the name (GS-041).
  if (typeof methods[name] !== 'function') throw unknownMessage(server, message);
  return arity === 1 ? methods[name](payload) : methods[name](...(payload as readonly unknown[]));
}

function unknownMessage(server: GenServer<unknown>, { name, receiver }: Message): UnknownMessageError {
  return new UnknownMessageError(receiver?.label ?? '', name, messageNames(server.constructor as ServerClass));
}
