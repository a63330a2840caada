import type { MessagePort } from 'node:worker_threads';

/** The first thing a thread is sent: what it is for. */
export interface StartMessage {
  readonly kind: 'start';
  /** Results that are objects come through here: what cannot be cloned is an error of the task then, and not the thread's end. */
  readonly port: MessagePort;
  readonly module: string;
  readonly export: string;
  readonly setup: string | undefined;
  readonly teardown: string | undefined;
  readonly workerData: unknown;
}

/** One task. */
export interface TaskMessage {
  readonly kind: 'task';
  readonly input: unknown;
}

/** The last thing a thread is sent. */
export interface TeardownMessage {
  readonly kind: 'teardown';
}

export type Message = StartMessage | TaskMessage | TeardownMessage;

/** What a thread answers. */
export type Reply =
  /** It has started, or is done with its teardown. */
  | { readonly kind: 'done' }
  /** The value of a task that is no object. */
  | { readonly kind: 'value'; readonly value: unknown }
  /** The value of a task waits at the port. */
  | { readonly kind: 'parcel' }
  /** The task, or the teardown, has thrown. */
  | { readonly kind: 'thrown'; readonly thrown: Thrown }
  /** The task has given what cannot be sent. */
  | { readonly kind: 'uncloneable'; readonly why: string }
  | Refusal;

/** Why a thread cannot start. */
export type Refusal =
  | { readonly kind: 'refused'; readonly step: 'import' | 'setup'; readonly thrown: Thrown }
  | {
      readonly kind: 'refused';
      readonly step: 'export';
      readonly missing: string;
      readonly functions: readonly string[];
    };

/** What was thrown in a thread: an error in parts, as a clone of it would lose most of them, or a value as it is. */
export type Thrown =
  | ErrorParts
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'uncloneable'; readonly why: string };

/** An error in parts. May be part of itself, by `cause`, `errors` or a field. */
export interface ErrorParts {
  readonly kind: 'error';
  /** The built-in class it is of, or extends. */
  readonly base: BuiltInError;
  readonly className: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Map<string, Thrown>;
  readonly errors: readonly Thrown[] | undefined;
}

export type BuiltInError =
  'AggregateError' | 'Error' | 'EvalError' | 'RangeError' | 'ReferenceError' | 'SyntaxError' | 'TypeError' | 'URIError';
