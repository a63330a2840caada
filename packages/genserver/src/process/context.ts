import type { Activities, Activity } from './activity.js';
import { BareCallMessage, BareMessage } from './bare-messages.js';
import { CallMessage } from './call-message.js';
import type { ExitReason } from './exit-reason.js';
import { Message } from './message.js';
import type { UndeliveredMessage } from './trail.js';

export type Handler<T> = (message: Message) => T;

/** In which async context a runtime's handlers run, and which messages that takes. Chosen once, so that no message asks. */
export interface Context {
  readonly Message: typeof Message;
  readonly CallMessage: typeof CallMessage;
  /** Runs `handler` as the activity of the receiver. */
  readonly run: <T>(message: Message, activity: Activity, handler: Handler<T>) => T;
  /** The handler in which a message was made; undefined when that was outside any, or is not known. */
  readonly senderOf: (message: Message, activities: Activities) => Activity | undefined;
  // The rest only where messages are followed, see Following.
  /** It will not be handled, as nobody waits for it any more. */
  readonly skipped?: (message: Message) => void;
  /** Its process has ended, perhaps while its handler was at work. */
  readonly abandoned?: (message: Message, reason: ExitReason) => void;
  /** It was not made, as nobody was there to get it. */
  readonly undelivered?: (message: UndeliveredMessage, error: unknown) => void;
}

/** The sender's: what a message has kept. */
export const senderContext: Context = {
  Message,
  CallMessage,
  run: (message, activity, handler) => message.runInAsyncScope(enter, undefined, message, activity, handler) as never,
  senderOf: (message, activities) => message.runInAsyncScope(() => activities.getStore()),
};

/** That of the runtime, in which its loop runs: nothing is kept, nothing is changed. */
export const runtimeContext: Context = {
  Message: BareMessage,
  CallMessage: BareCallMessage,
  run: (message, activity, handler) => enter(message, activity, handler) as never,
  senderOf: () => undefined,
};

function enter(message: Message, activity: Activity, handler: Handler<unknown>): unknown {
  return activity.process.host.activities.run(activity, handler, message);
}
