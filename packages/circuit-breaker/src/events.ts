import { type Channel, channel } from 'node:diagnostics_channel';
import { isPromise } from 'node:util/types';
import type { Milliseconds } from '@rookery/genserver';
import type { BreakerMode, BreakerStateName, MoveReason } from './breaker-state.js';

/** Why a call was not made. */
export type RejectReason = 'open' | 'bulkhead_full' | 'unavailable';

/** Why a result was not counted: it belongs to an older state, or its caller was answered before. */
export type DropReason = 'older_state' | 'timed_out' | 'cancelled';

/** What happened to a breaker, without its name. */
export type BreakerHappening =
  | {
      readonly kind: 'state_changed';
      readonly from: BreakerStateName;
      readonly to: BreakerStateName;
      readonly reason: MoveReason;
      /** The error that opened it, if it was one. */
      readonly cause: unknown;
    }
  | { readonly kind: 'mode_changed'; readonly from: BreakerMode; readonly to: BreakerMode }
  /** `durationMs` of a call is undefined if nobody needed to know it when the call began. */
  | { readonly kind: 'call_succeeded'; readonly durationMs: Milliseconds | undefined }
  /** `error` is undefined if its result was classified as a failure. */
  | { readonly kind: 'call_failed'; readonly durationMs: Milliseconds | undefined; readonly error: unknown }
  /** It says nothing about the dependency. `error` is undefined if it was a result. */
  | { readonly kind: 'call_ignored'; readonly durationMs: Milliseconds | undefined; readonly error: unknown }
  | { readonly kind: 'call_rejected'; readonly reason: RejectReason }
  /** In shadow mode: it would have been rejected, and was made. */
  | { readonly kind: 'shadow_rejection' }
  | { readonly kind: 'result_dropped'; readonly reason: DropReason }
  | { readonly kind: 'fell_back'; readonly error: unknown }
  | { readonly kind: 'fallback_failed'; readonly error: unknown; readonly fallbackError: unknown }
  /** A registry has dropped it to make room. It goes on for those who hold it, but its key gets a new one. */
  | { readonly kind: 'evicted'; readonly state: BreakerStateName }
  /** Code that was given to the breaker threw, or a classifier gave no outcome: it was taken as if there were none. */
  | { readonly kind: 'problem'; readonly during: 'classifier' | 'listener'; readonly error: unknown };

/** What happened, and to which breaker. */
export type BreakerEvent = BreakerHappening & { readonly breaker: string };

export type BreakerListener = (event: BreakerEvent) => void;

/** The channel of `node:diagnostics_channel` on which all breakers of a process publish their events. */
export const BREAKER_CHANNEL = 'rookery:circuit-breaker';

const published: Channel = channel(BREAKER_CHANNEL);

/** Tells what happened, and does nothing if nobody listens. */
export class BreakerEvents {
  readonly #label: string;
  readonly #parent: BreakerEvents | undefined;
  #listeners: Set<BreakerListener> | undefined;
  /** Being told, and what has happened meanwhile. A listener may act on the breaker: all others hear of it afterwards, too. */
  #telling: BreakerEvent[] | undefined;

  /** `parent`: whose listeners hear all of it, too. */
  constructor(label: string, parent?: BreakerEvents) {
    this.#label = label;
    this.#parent = parent;
  }

  /** Whether anybody listens: only then is an event made. */
  get isHeard(): boolean {
    return this.#listeners !== undefined || published.hasSubscribers || this.#parent?.isHeard === true;
  }

  subscribe(listener: BreakerListener): () => void {
    const own: BreakerListener = (event) => listener(event); // so that one function may be subscribed twice
    (this.#listeners ??= new Set()).add(own);
    return () => {
      if (this.#listeners?.delete(own) === true && this.#listeners.size === 0) this.#listeners = undefined;
    };
  }

  emit(happening: BreakerHappening): void {
    if (!this.isHeard) return;
    const event: BreakerEvent = { breaker: this.#label, ...happening };
    if (this.#telling !== undefined) return void this.#telling.push(event);
    this.#telling = [event];
    for (const one of this.#telling) this.#publish(one);
    this.#telling = undefined;
  }

  #publish(event: BreakerEvent): void {
    published.publish(event);
    this.#tellAll(event);
    if (this.#parent !== undefined) this.#parent.#tellAll(event);
  }

  #tellAll(event: BreakerEvent): void {
    if (this.#listeners === undefined) return;
    for (const listener of this.#listeners) this.#tell(listener, event);
  }

  /** Of code that was given to the breaker. Nobody listens: a warning of the process. */
  problem(during: 'classifier' | 'listener', error: unknown): void {
    if (during === 'listener' || !this.isHeard) this.#warn(during, error);
    else this.emit({ kind: 'problem', during, error });
  }

  #tell(listener: BreakerListener, event: BreakerEvent): void {
    const fail = (error: unknown): void => this.problem('listener', error);
    try {
      const result: unknown = listener(event);
      if (isPromise(result)) result.catch(fail); // an async function is a listener, too
    } catch (error) {
      fail(error);
    }
  }

  #warn(during: 'classifier' | 'listener', error: unknown): void {
    process.emitWarning(`A ${during} of ${this.#label} failed: ${format(error)}`, {
      type: 'CircuitBreakerWarning',
      code: 'CIRCUIT_BREAKER_PROBLEM',
      ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }),
    });
  }
}

/** Anything can be thrown, also what cannot be turned into text. */
function format(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return typeof error; // its toString threw: there is no more to say about it
  }
}
