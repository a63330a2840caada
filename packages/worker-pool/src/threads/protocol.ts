import type { MessagePort } from 'node:worker_threads';

/** The first thing a thread is sent: what it is for. The inputs of tasks are sent as they are. */
export interface StartMessage {
  /** Results that are objects come through here: what cannot be cloned is an error of the task then, and not the thread's end. */
  readonly port: MessagePort;
  readonly module: string;
  readonly export: string;
  readonly setup: string | undefined;
  readonly teardown: string | undefined;
  readonly workerData: unknown;
}

/**
 * What a thread answers. A value that is no object is sent as it is: the less is sent, the sooner it is there, and what answers most
 * tasks should cost least.
 */
export type Reply = Primitive | ObjectReply;

/** What can be sent for sure, known at a glance. */
export type Primitive = undefined | null | boolean | number | bigint | string;

export type ObjectReply =
  /** It has started, or is done with its teardown. */
  | { readonly kind: 'done' }
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
