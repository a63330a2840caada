import { CallAbortedError, CallCycleError, NoProcessError } from '../errors.js';
import type { Activity } from '../process/activity.js';
import type { CallMessage } from '../process/call-message.js';
import type { Due } from '../process/deadlines.js';
import type { ExitReason } from '../process/exit-reason.js';
import { type MessageKind, pack } from '../process/message.js';
import type { Process } from '../process/process.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { findCallCycle } from './call-cycle.js';

/** How long to wait for an answer, and who may end the waiting. */
export interface CallOptions {
  /** Default 5000 (GS-028). 0 is allowed and nearly always too short; Infinity waits as long as it takes. */
  readonly timeoutMs?: Milliseconds;
  /** Ends the waiting with a CallAbortedError; a request that has not begun is skipped. */
  readonly signal?: AbortSignal;
}

/** Elixir's default. */
export const CALL_TIMEOUT_MS: Milliseconds = 5000;

/**
 * What is asked of whom. Written out in full and in this order wherever one is made: what comes here in many shapes, or as a
 * copy by spreading, makes every start and stop several times slower.
 */
export interface Request {
  readonly kind: MessageKind;
  readonly name: string;
  readonly payload: unknown;
  /** Of a call: how many arguments; 0 otherwise. */
  readonly arity: number;
  readonly timeoutMs: Milliseconds;
  readonly signal: AbortSignal | undefined;
  /** Ahead of what users have sent. */
  readonly urgent: boolean;
}

/** Whom it was addressed to, as text; built only when an error needs it. */
interface Labelled {
  toString(): string;
}

/** The caller's half of the protocol: every request ends, in an answer or in a typed error. `toAnswer` may turn the reply into it. */
export function request(
  kernel: Kernel,
  target: Process | undefined,
  ref: Labelled,
  what: Request,
  toAnswer?: (reply: unknown) => unknown,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (target === undefined || target.status === 'ended') {
      return reject(undelivered(kernel, what, ref, new NoProcessError(ref.toString(), what.name)));
    }
    const { signal } = what;
    if (signal?.aborted === true) {
      return reject(undelivered(kernel, what, ref, new CallAbortedError(ref.toString(), what.name, signal.reason)));
    }
    const activity = kernel.activities.getStore();
    const caller = activity?.isCurrent === true ? activity.process : undefined;
    const cycle = caller && findCallCycle(caller, target);
    if (cycle !== undefined) return reject(undelivered(kernel, what, ref, new CallCycleError(cycle, what.name)));
    const answer = toAnswer === undefined ? resolve : answering(toAnswer, resolve, reject);
    const message = new kernel.context.CallMessage(
      what.kind,
      what.name,
      what.payload,
      what.arity,
      answer,
      reject,
      target,
    );
    deliver(target, message, what.urgent);
    if (message.isPending) follow(kernel, message, ref, what, activity); // else its mailbox was full
  });
}

/** Gives the error. */
function undelivered(kernel: Kernel, { kind, name }: Request, ref: Labelled, error: Error): Error {
  kernel.context.undelivered?.({ kind, name, process: ref.toString() }, error);
  return error;
}

/** Nothing comes before the start, not even what a listener sent when it heard of the new process. */
function deliver(target: Process, message: CallMessage, isUrgent: boolean): void {
  if (isUrgent) target.deliverUrgent(message);
  else if (message.kind === 'start' && target.mailbox.size > 0) target.deliverFirst(message);
  else target.deliver(message);
}

/** Who waits for the answer, how long, and what ends the waiting. */
function follow(
  kernel: Kernel,
  message: CallMessage,
  ref: Labelled,
  { timeoutMs, signal }: Request,
  activity: Activity | undefined,
): void {
  limit(kernel, message, timeoutMs, activity);
  if (signal !== undefined) releaseOnAbort(kernel, message, ref, signal);
  if (activity?.isCurrent !== true) return;
  message.origin = activity;
  (activity.process.waitsFor ??= new Set()).add(message);
}

function answering(
  toAnswer: (reply: unknown) => unknown,
  resolve: (answer: unknown) => void,
  reject: (error: unknown) => void,
): (reply: unknown) => void {
  return (reply) => {
    try {
      resolve(toAnswer(reply));
    } catch (error) {
      reject(error);
    }
  };
}

/** Asks a process to end, after what waits before it in its mailbox; a task, which does not look there, at once. */
export function requestStop(
  kernel: Kernel,
  target: Process | undefined,
  ref: Labelled,
  reason: ExitReason,
  { name, timeoutMs, urgent }: Pick<Request, 'name' | 'timeoutMs' | 'urgent'>,
): Promise<unknown> {
  const what = { kind: 'stop', name, payload: reason, arity: 0, timeoutMs, signal: undefined, urgent } as const;
  const stopped = request(kernel, target, ref, what);
  if (target !== undefined && target.status !== 'ended') target.behaviour.askToEnd?.(reason);
  return stopped;
}

/** Sends without waiting. Nobody there, or no room: dropped, counted and reported, as on the BEAM no error (GS-038). */
export function cast(
  kernel: Kernel,
  target: Process | undefined,
  ref: Labelled,
  name: string,
  args: readonly unknown[],
): void {
  if (target === undefined || target.status === 'ended') dropUndelivered(kernel, ref, 'cast', name, args);
  else target.deliver(new kernel.context.Message('cast', name, pack(args), args.length, target));
}

/** Puts a message for `handleInfo` into a mailbox. Returns false if nobody is there, which is counted, or if it is full and rejects it. */
export function sendInfo(
  kernel: Kernel,
  target: Process | undefined,
  ref: Labelled,
  name: string,
  message: unknown,
): boolean {
  if (target !== undefined && target.status !== 'ended')
    return target.deliver(new kernel.context.Message('info', name, message, 0, target));
  dropUndelivered(kernel, ref, 'info', name, message);
  return false;
}

function dropUndelivered(kernel: Kernel, ref: Labelled, kind: MessageKind, name: string, detail: unknown): void {
  const process = ref.toString();
  kernel.context.undelivered?.({ kind, name, process }, undefined);
  kernel.drop('dead_letter', process, name, detail);
}

/** Its own time limit, or what is left of the request that is being handled, if that is less. */
export function limit(
  kernel: Kernel,
  message: Due & { timeoutMs: Milliseconds },
  timeoutMs: Milliseconds,
  activity: Activity | undefined,
): void {
  const outerDeadline = activity?.deadline ?? Infinity;
  if (timeoutMs === Infinity && outerDeadline === Infinity) return;
  const now = kernel.clock.now();
  message.timeoutMs = Math.max(0, Math.min(timeoutMs, Math.ceil(outerDeadline - now)));
  kernel.deadlines.add(message, message.timeoutMs, now);
}

function releaseOnAbort(kernel: Kernel, message: CallMessage, ref: Labelled, signal: AbortSignal): void {
  const listener = {
    aborted: (reason: unknown) => void message.cancel(new CallAbortedError(ref.toString(), message.name, reason)),
  };
  kernel.abortListeners.add(signal, listener);
  message.release = () => kernel.abortListeners.remove(signal, listener);
}
