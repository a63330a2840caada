import { channel } from 'node:diagnostics_channel';
import { isPromise } from 'node:util/types';
import type { Milliseconds } from '@rookery/genserver';
import type { HealthState } from './health.js';
import { show } from './result.js';
import type { ShutdownPhase } from './shutdown-plan.js';

/** What happens: a change, or a mishap that no state tells; never a probe or a run that changes nothing. `at` is an ISO date. */
export type HealthEvent =
  | {
      /** What is believed of a check. */
      readonly kind: 'check_changed';
      readonly check: string;
      readonly from: HealthState;
      readonly to: HealthState;
      readonly reason: string | undefined;
      readonly at: string;
    }
  | {
      /** What a probe of a group is told. */
      readonly kind: 'group_changed';
      readonly group: string;
      readonly from: HealthState;
      readonly to: HealthState;
      readonly at: string;
    }
  | {
      /** A check has begun, or ceased, to change too often. */
      readonly kind: 'flapping_changed';
      readonly check: string;
      readonly flapping: boolean;
      readonly at: string;
    }
  | {
      /** A check kept the thread for itself: nothing else could run meanwhile. */
      readonly kind: 'thread_held';
      readonly check: string;
      readonly heldMs: Milliseconds;
      readonly at: string;
    }
  | {
      /** A run ended after its timeout; what it said was dropped. */
      readonly kind: 'late_result';
      readonly check: string;
      readonly tookMs: Milliseconds;
      readonly at: string;
    }
  | {
      /** A run that ignores its signal was given up: the check runs again beside it. */
      readonly kind: 'run_abandoned';
      readonly check: string;
      readonly tookMs: Milliseconds;
      readonly at: string;
    }
  | {
      /** A function of the user's, other than a check, threw or gave what makes no sense. */
      readonly kind: 'function_failed';
      readonly which: 'aggregate' | 'redact' | 'drain';
      readonly error: unknown;
      readonly at: string;
    }
  | { readonly kind: 'shutdown'; readonly phase: ShutdownPhase; readonly at: string };

/** Gets each event, synchronously. What it throws is a process warning, and hurts nobody. */
export type HealthListener = (event: HealthEvent) => unknown;

/** An event before it is given its date. */
export type HealthNews = HealthEvent extends infer Event
  ? Event extends HealthEvent
    ? Omit<Event, 'at'>
    : never
  : never;

/** The name of the channel of `node:diagnostics_channel` on which events are published as `{ health, event }`. */
const CHANNEL = 'rookery.health-check';

/** Who is told. */
export class HealthEvents {
  readonly #channel = channel(CHANNEL);
  readonly #listeners = new Set<HealthListener>();
  readonly #label: string;
  readonly #date: () => number;

  constructor(label: string, date: () => number) {
    this.#label = label;
    this.#date = date;
  }

  subscribe(listener: HealthListener): () => void {
    const own: HealthListener = (event) => listener(event); // so that one function may be subscribed twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(news: HealthNews): void {
    if (this.#listeners.size === 0 && !this.#channel.hasSubscribers) return;
    const event = { ...news, at: new Date(this.#date()).toISOString() } as HealthEvent;
    for (const listener of Array.from(this.#listeners)) if (this.#listeners.has(listener)) this.#tell(listener, event);
    if (this.#channel.hasSubscribers) this.#channel.publish({ health: this.#label, event });
  }

  #tell(listener: HealthListener, event: HealthEvent): void {
    try {
      const result = listener(event);
      if (isPromise(result)) result.catch((error: unknown) => this.#warn(event, error));
    } catch (error) {
      this.#warn(event, error);
    }
  }

  #warn({ kind }: HealthEvent, error: unknown): void {
    process.emitWarning(`A listener of ${this.#label} failed for the event ${kind}: ${show(error)}`, {
      type: 'HealthCheckWarning',
      code: 'HEALTH_CHECK_LISTENER',
      ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }),
    });
  }
}
