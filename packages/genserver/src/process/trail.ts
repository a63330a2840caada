import type { ExitReason } from './exit-reason.js';
import type { Message, MessageKind } from './message.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';
import { showMessage } from './shown-message.js';

/**
 * What became of a message in its server. `done`: its handler returned. `deferred`: its answer comes later. `refused`: the server
 * said no, and lives on. `postponed`: a state machine will handle it again. `exited`: the handler threw, or called `exit`, and ends
 * its process with this reason; an `init` that stopped likewise. `abandoned`: the process was ended while an async handler was at
 * work. `expired`: skipped, as its caller had stopped waiting.
 */
export type HandlingEnd =
  | { readonly kind: 'done' | 'deferred' | 'postponed' | 'expired' }
  | { readonly kind: 'refused'; readonly error: unknown }
  | { readonly kind: 'exited' | 'abandoned'; readonly reason: ExitReason };

/** How a call ended for its caller. `refused`: the server lives on; `failed`: by its time limit, its AbortSignal, or the end of the server. */
export type CallEnd =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused' | 'failed'; readonly error: unknown };

/**
 * Follows one message. All of it is called synchronously, so be quick; what it throws becomes an uncaught exception, and processes do
 * not notice.
 */
export interface MessageTrail {
  /**
   * Its turn has come. Calls `run`, which runs the handler and never throws, at once: so it can put it into an async context of its
   * own. The handler runs once, whatever this does. Called again for a message that a state machine has postponed.
   */
  handle?(run: () => void): void;
  /** The handler has ended, its asynchronous parts included; or it will not run, for `expired`. Its caller has no answer yet. */
  handled?(end: HandlingEnd): void;
  /** Whoever waits for an answer has one. Once, before or after `handled`. */
  answered?(end: CallEnd): void;
}

/** Follows the messages of a runtime, see Runtime.follow. */
export interface MessageFollower {
  /**
   * A call, cast or other message is sent: in the async context of its sender, before it is in a mailbox. Gives who follows it from
   * here; undefined: nobody.
   */
  readonly sent: (message: SentMessage) => MessageTrail | undefined;
  /**
   * A message is about to be handled that `sent` was not told of: what a process or the runtime sends by itself (timers,
   * continuations, exits, Down), and what was sent before the following began. Called in the context in which it will be handled.
   */
  readonly received?: (message: SentMessage) => MessageTrail | undefined;
  /** Nobody was there. Of a call with the error that its caller gets, also when waiting would never end or was over before it began. */
  readonly undelivered?: (message: UndeliveredMessage, error: unknown) => void;
}

/** A message that reached nobody. */
export interface UndeliveredMessage {
  readonly kind: MessageKind;
  /** The method, for a call or cast. */
  readonly name: string;
  /** Whom it was sent to, as text. */
  readonly process: string;
}

/** A message that is followed, and its receiver. */
export class SentMessage {
  readonly #message: Message;
  readonly #receiver: Process;

  /** Made by the runtime. */
  constructor(message: Message, receiver: Process) {
    this.#message = message;
    this.#receiver = receiver;
  }

  get kind(): MessageKind {
    return this.#message.kind;
  }

  /** The method, for a call or cast; a word otherwise. */
  get name(): string {
    return this.#message.name;
  }

  /** Of a call, a cast or init; otherwise what was sent, alone. They may hold secrets. */
  get args(): readonly unknown[] {
    return showMessage(this.#message).args;
  }

  /** Of the receiver. */
  get pid(): Pid {
    return this.#receiver.pid;
  }

  /** The receiver's name, or its class and pid. */
  get process(): string {
    return this.#receiver.label;
  }

  /** Whether the receiver has a name. */
  get isNamed(): boolean {
    return this.#receiver.name !== undefined;
  }

  /** The name of the receiver's class. */
  get className(): string {
    return this.#receiver.className;
  }
}
