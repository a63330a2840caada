import type { Activity } from './activity.js';
import type { Context, Handler } from './context.js';
import { reasonOf } from './exit.js';
import { type CallEnd, type HandlingEnd, type MessageFollower, type MessageTrail, SentMessage } from './trail.js';
import type { Message, MessageKind } from './message.js';
import type { Process } from './process.js';
import { isThenable } from './thenable.js';

const DONE: HandlingEnd = { kind: 'done' };
const EXPIRED: HandlingEnd = { kind: 'expired' };

/** Of a message that all who follow the runtime have been told of, and that none of them follows. */
const NOBODY: MessageTrail = {};

/** What a message carries that they were told of. */
interface Followed {
  readonly trail?: MessageTrail | undefined;
}

/**
 * Who follows the messages of a runtime. It puts a context of its own in place of the runtime's, with messages that carry who follows
 * them: so a runtime that nobody follows pays nothing, not even a look whether somebody does.
 */
export class Following {
  readonly #followers = new Set<MessageFollower>();
  /** Asynchronous handlers at work. */
  readonly #atWork = new Map<Message, MessageTrail>();
  readonly #plain: Context;
  readonly #use: (context: Context) => void;
  #followed: Context | undefined;

  /** `use` puts a context into its place. */
  constructor(plain: Context, use: (context: Context) => void) {
    this.#plain = plain;
    this.#use = use;
  }

  /** Returns how to stop. */
  add(follower: MessageFollower): () => void {
    const own: MessageFollower = {
      // so that one may follow twice
      sent: (message) => follower.sent(message),
      received: (message) => follower.received?.(message),
      undelivered: (message, error) => follower.undelivered?.(message, error),
    };
    this.#followers.add(own);
    this.#use((this.#followed ??= this.#makeContext()));
    return () => {
      if (this.#followers.delete(own) && this.#followers.size === 0) this.#use(this.#plain);
    };
  }

  #makeContext(): Context {
    const plain = this.#plain;
    return {
      ...messagesOf(plain, (message, receiver) => this.#ask('sent', message, receiver)),
      run: (message, activity, handler) => this.#run(message, activity, handler),
      senderOf: (message, activities) => plain.senderOf(message, activities),
      skipped: (message) => tell((message as Followed).trail, EXPIRED),
      abandoned: (message, reason) => this.#end(message, { kind: 'abandoned', reason }),
      undelivered: (message, error) => {
        for (const follower of this.#followers) guard(() => follower.undelivered?.(message, error));
      },
    };
  }

  #ask(what: 'sent' | 'received', message: Message, receiver: Process): MessageTrail | undefined {
    const sent = new SentMessage(message, receiver);
    let first: MessageTrail | undefined;
    let all: MessageTrail[] | undefined;
    for (const follower of this.#followers) {
      const trail = guard(() => follower[what]?.(sent));
      if (trail === undefined) continue;
      if (first === undefined) first = trail;
      else (all ??= [first]).push(trail);
    }
    return all === undefined ? first : new TrailGroup(all);
  }

  /** Last words are no handling; they run in the context of the message that they follow. */
  #run<T>(message: Message, activity: Activity, handler: Handler<T>): T {
    if (activity.process.status !== 'running') return this.#plain.run(message, activity, handler);
    return this.#plain.run(message, activity, () => {
      const trail = (message as Followed).trail ?? this.#ask('received', message, activity.process);
      return trail === undefined || trail === NOBODY
        ? handler(message)
        : (this.#handle(message, activity.process, trail, handler) as T);
    });
  }

  #handle(message: Message, { behaviour }: Process, trail: MessageTrail, handler: Handler<unknown>): unknown {
    let result: unknown;
    try {
      result = runOnce(trail, () => handler(message));
    } catch (error) {
      tell(trail, { kind: 'exited', reason: reasonOf(error) });
      throw error;
    }
    if (!isThenable(result)) {
      tell(trail, behaviour.meaningOf?.(result) ?? DONE);
      return result;
    }
    const settled = Promise.resolve(result);
    this.#atWork.set(message, trail);
    // Before the process hears of it, as it asks later.
    settled.then(
      (value) => this.#end(message, behaviour.meaningOf?.(value) ?? DONE),
      (error: unknown) => this.#end(message, { kind: 'exited', reason: reasonOf(error) }),
    );
    return settled;
  }

  /** What ends twice was abandoned. */
  #end(message: Message, end: HandlingEnd): void {
    const trail = this.#atWork.get(message);
    if (trail === undefined) return;
    this.#atWork.delete(message);
    tell(trail, end);
  }
}

/** The handler's result, or what it throws; whatever the trail does around it. */
function runOnce(trail: MessageTrail, handler: () => unknown): unknown {
  if (trail.handle === undefined) return handler();
  let isBegun = false;
  let isFailed = false;
  let outcome: unknown;
  const run = (): void => {
    if (isBegun) return;
    isBegun = true;
    try {
      outcome = handler();
    } catch (error) {
      isFailed = true;
      outcome = error;
    }
  };
  guard(() => trail.handle?.(run));
  run();
  if (isFailed) throw outcome;
  return outcome;
}

function tell(trail: MessageTrail | undefined, end: HandlingEnd): void {
  if (trail?.handled !== undefined) guard(() => trail.handled?.(end));
}

/** It must not disturb the processes; but its failure must be seen, so it becomes an uncaught exception. */
function guard<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}

/** Several who follow one message; the first one is outermost. */
class TrailGroup implements MessageTrail {
  constructor(private readonly trails: readonly MessageTrail[]) {}

  handle(run: () => void): void {
    const inner = this.trails.reduceRight<() => void>((next, trail) => () => void runOnce(trail, next), run);
    inner();
  }

  handled(end: HandlingEnd): void {
    for (const trail of this.trails) tell(trail, end);
  }

  answered(end: CallEnd): void {
    for (const trail of this.trails) guard(() => trail.answered?.(end));
  }
}

type Sent = (message: Message, receiver: Process) => MessageTrail | undefined;

/** Messages like those of another context, which carry who follows them. */
function messagesOf(plain: Context, sent: Sent): Pick<Context, 'Message' | 'CallMessage'> {
  class FollowedMessage extends plain.Message {
    readonly trail: MessageTrail;

    constructor(kind: MessageKind, name: string, payload: unknown, arity = 0, receiver?: Process) {
      super(kind, name, payload, arity, receiver);
      this.trail = receiver === undefined ? NOBODY : (sent(this, receiver) ?? NOBODY);
    }
  }

  class FollowedCallMessage extends plain.CallMessage {
    readonly trail: MessageTrail;

    constructor(
      kind: MessageKind,
      name: string,
      payload: unknown,
      arity: number,
      resolve: (value: unknown) => void,
      reject: (error: unknown) => void,
      receiver?: Process,
    ) {
      super(kind, name, payload, arity, resolve, reject, receiver);
      this.trail = receiver === undefined ? NOBODY : (sent(this, receiver) ?? NOBODY);
    }

    override resolve(value: unknown): boolean {
      return this.#tell(super.resolve(value), 'value', value);
    }

    override reject(error: unknown): boolean {
      return this.#tell(super.reject(error), 'refused', error);
    }

    override cancel(error: unknown): boolean {
      return this.#tell(super.cancel(error), 'failed', error);
    }

    #tell(isFirst: boolean, kind: CallEnd['kind'], outcome: unknown): boolean {
      const { trail } = this;
      if (!isFirst || trail.answered === undefined) return isFirst;
      const end: CallEnd = kind === 'value' ? { kind, value: outcome } : { kind, error: outcome };
      guard(() => trail.answered?.(end));
      return true;
    }
  }

  return { Message: FollowedMessage, CallMessage: FollowedCallMessage };
}
