import type { Milliseconds } from '../runtime/clock.js';
import { CallTimeoutError, StartTimeoutError, StopTimeoutError } from '../errors.js';
import type { Activity } from './activity.js';
import type { Due, DueList } from './deadlines.js';
import { unlink } from './links.js';
import { Message, type MessageKind } from './message.js';
import type { Process } from './process.js';

/** A message that somebody waits for. It settles exactly once: by a reply, its deadline, an abort, or the end of the server. */
export class CallMessage extends Message implements Due {
  /** How long the caller waits; Infinity when as long as it takes. */
  timeoutMs: Milliseconds = Infinity;
  // The list of requests with the same timeout, see Deadlines.
  /** When it expires, on the runtime's clock. */
  dueAt: Milliseconds = Infinity;
  dueList: DueList | undefined = undefined;
  nextDue: Due | undefined = undefined;
  previousDue: Due | undefined = undefined;
  /** Whose handler made this call and, it is presumed, waits for it. */
  origin: Activity | undefined = undefined;
  /** The handling of this request. */
  activity: Activity | undefined = undefined;
  /** Called once when it settles: lets go of the caller's AbortSignal. */
  release: (() => void) | undefined = undefined;
  /** Whether somebody still waits for the answer. */
  isPending = true;
  // Not #private, so that the cheap messages can have the same methods, see bare-messages.ts.
  private readonly resolvePromise: (value: unknown) => void;
  private readonly rejectPromise: (error: unknown) => void;
  private abort: AbortController | undefined = undefined;

  constructor(
    kind: MessageKind,
    name: string,
    payload: unknown,
    arity: number,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    receiver?: Process,
  ) {
    super(kind, name, payload, arity, receiver);
    this.resolvePromise = resolve;
    this.rejectPromise = reject;
  }

  /** Fires when nobody waits for the reply any more: time is up, the caller aborted, or the server ended. */
  get signal(): AbortSignal {
    this.abort ??= new AbortController();
    if (!this.isPending) this.abort.abort();
    return this.abort.signal;
  }

  /** Returns false when it was settled before: the value is late and goes nowhere. */
  resolve(value: unknown): boolean {
    if (!this.settle()) return false;
    this.forgetDeadline();
    this.resolvePromise(value);
    return true;
  }

  /** The server says no and lives on: the caller's promise rejects. */
  reject(error: unknown): boolean {
    if (!this.settle()) return false;
    this.forgetDeadline();
    this.rejectPromise(error);
    return true;
  }

  /** Nobody waits any more, or the server is gone: rejects, and tells a handler that is at work on it. */
  cancel(error: unknown): boolean {
    if (!this.settle()) return false;
    this.rejectPromise(error);
    const { abort } = this;
    // Whoever notices first that nobody waits: the listeners belong to the context of this request.
    if (abort !== undefined) this.runInAsyncScope(() => abort.abort(error));
    return true;
  }

  /** Its time is up: the caller is told, and the request skipped if it has not begun. A start is undone. */
  expire(): void {
    const label = this.receiver?.label ?? '';
    if (this.kind === 'start') {
      this.cancel(new StartTimeoutError(label, this.timeoutMs));
      this.runInAsyncScope(() => this.undoStart());
    } else if (this.kind === 'stop') this.cancel(new StopTimeoutError(label, this.timeoutMs));
    else this.cancel(new CallTimeoutError(label, this.name, this.timeoutMs));
  }

  /** The parent is unlinked first, so that it survives (GS-011). */
  private undoStart(): void {
    const process = this.receiver;
    if (process?.parent !== undefined) unlink(process, process.parent);
    process?.kill();
  }

  /** Answered: what its handler still does is for nobody who waits. */
  private forgetDeadline(): void {
    if (this.activity !== undefined) this.activity.deadline = Infinity;
  }

  private settle(): boolean {
    if (!this.isPending) return false;
    this.isPending = false;
    this.dueList?.remove(this);
    this.release?.();
    this.origin?.process.waitsFor?.delete(this);
    this.receiver?.deferred?.delete(this);
    return true;
  }
}
