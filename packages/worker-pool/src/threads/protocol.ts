import type { MessagePort } from 'node:worker_threads';

/** The first thing a thread is sent: what it is for. */
export interface StartMessage {
  readonly kind: 'start';
  /** By which it is sent tasks, and answers them. */
  readonly port: MessagePort;
  readonly module: string;
  readonly export: string;
  readonly setup: string | undefined;
  readonly teardown: string | undefined;
  readonly workerData: unknown;
}

/** The last thing a thread is sent. */
interface TeardownMessage {
  readonly kind: 'teardown';
}

/** What goes by the thread engine. */
export type LifeMessage = StartMessage | TeardownMessage;

/** How that went. */
export type Outcome = { readonly kind: 'done' } | Failure;

/** One task, which goes by the port. An array, as each name in a message is paid for with each task. */
export type TaskMessage = readonly [input: unknown];

/** What a task has come to: its value, or else why there is none. */
export type Reply = readonly [value: unknown] | Failure;

export type Failure =
  /** The task, or the teardown, has thrown. */
  | { readonly kind: 'thrown'; readonly thrown: Thrown }
  /** The input could not be read there, or the result cannot be sent. */
  | { readonly kind: 'uncloneable'; readonly subject: 'input' | 'result'; readonly why: string }
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
