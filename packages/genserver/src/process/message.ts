import { AsyncResource } from 'node:async_hooks';
import type { Process } from './process.js';

/**
 * What a message asks for. `start` runs init and comes first; `call`, `cast` and `info` are the user's; `exit` is a trapped
 * exit signal; `sys` is a request to the process itself, whatever its class; `continue`, `timeout` and `stop` come from the
 * process itself or from the runtime. The last five are what only a state machine sends itself.
 */
export type MessageKind =
  | 'start'
  | 'call'
  | 'cast'
  | 'info'
  | 'exit'
  | 'sys'
  | 'continue'
  | 'timeout'
  | 'stop'
  | 'enter'
  | 'internal'
  | 'state_timeout'
  | 'event_timeout'
  | 'named_timeout';

const UNTRACKED = { requireManualDestroy: true };

/**
 * One entry of a mailbox. As an AsyncResource it keeps the sender's async context, in which its handler will run: so
 * AsyncLocalStorage, and with it tracing and request context, goes through the mailbox.
 */
export class Message extends AsyncResource {
  /** Whose mailbox it went into; set by deliver, if it was not known before. */
  receiver: Process | undefined;
  readonly kind: MessageKind;
  /** The method to call, for a call or cast; a word for reports otherwise. */
  readonly name: string;
  /** For a call or cast the arguments: one as it is, which is the common case and saves an array, otherwise an array. */
  readonly payload: unknown;
  /** How many arguments a call or cast has. */
  readonly arity: number;

  constructor(kind: MessageKind, name: string, payload: unknown, arity = 0, receiver?: Process) {
    super('RookeryMessage', UNTRACKED);
    this.receiver = receiver;
    this.kind = kind;
    this.name = name;
    this.payload = payload;
    this.arity = arity;
  }

  /** The arguments of a call or cast. */
  get args(): readonly unknown[] {
    return this.arity === 1 ? [this.payload] : (this.payload as readonly unknown[]);
  }
}

/** How a message carries the arguments of a call or cast. */
export function pack(args: readonly unknown[]): unknown {
  return args.length === 1 ? args[0] : args;
}
