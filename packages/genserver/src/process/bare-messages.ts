import type { Activity } from './activity.js';
import { CallMessage } from './call-message.js';
import type { Due, DueList } from './deadlines.js';
import { Message, type MessageKind } from './message.js';
import type { Process } from './process.js';

/*
 * Messages without the async context of their sender, for a runtime that does not want it. Making an AsyncResource is most of
 * what a message costs, and a constructor cannot leave its base class out: so these have constructors of their own, and
 * otherwise the methods of the others. They must have the same fields.
 */

/** Nothing is kept: it runs in the context of whoever asks for it. */
function runHere(run: (...args: unknown[]) => unknown, thisArg: unknown, ...args: unknown[]): unknown {
  return run.apply(thisArg, args);
}

class BareMessageFields {
  constructor(
    readonly kind: MessageKind,
    readonly name: string,
    readonly payload: unknown,
    readonly arity = 0,
    public receiver?: Process,
  ) {}
}

class BareCallMessageFields {
  timeoutMs = Infinity;
  dueAt = Infinity;
  dueList: DueList | undefined = undefined;
  nextDue: Due | undefined = undefined;
  previousDue: Due | undefined = undefined;
  origin: Activity | undefined = undefined;
  activity: Activity | undefined = undefined;
  release: (() => void) | undefined = undefined;
  isPending = true;
  abort: AbortController | undefined = undefined;

  constructor(
    readonly kind: MessageKind,
    readonly name: string,
    readonly payload: unknown,
    readonly arity: number,
    readonly resolvePromise: (value: unknown) => void,
    readonly rejectPromise: (error: unknown) => void,
    public receiver?: Process,
  ) {}
}

/** Gives a class the methods of another, without its constructor. */
function withMethodsOf<T extends abstract new (...args: never[]) => unknown>(Methods: T, Fields: object): T {
  const { prototype } = Fields as { readonly prototype: object };
  Object.setPrototypeOf(prototype, Methods.prototype as object);
  Object.defineProperty(prototype, 'runInAsyncScope', { value: runHere });
  return Fields as T; // a cast, as TypeScript does not follow prototypes
}

export const BareMessage = withMethodsOf(Message, BareMessageFields);
export const BareCallMessage = withMethodsOf(CallMessage, BareCallMessageFields);
