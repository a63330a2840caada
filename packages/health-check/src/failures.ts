import type { HealthEvent, HealthEvents } from './events.js';

type Which = Extract<HealthEvent, { readonly kind: 'function_failed' }>['which'];

/** Calls functions of the user's that must not hurt anybody. A failure is told when it begins, and not each time. */
export class UserFunctions {
  readonly #events: HealthEvents;
  readonly #failing = new Set<string>();

  constructor(events: HealthEvents) {
    this.#events = events;
  }

  /** What it gives, or the fallback where it throws. */
  call<T>(which: Which, of: string, work: () => T, fallback: () => T): T {
    const key = `${which} ${of}`;
    try {
      const value = work();
      this.#failing.delete(key);
      return value;
    } catch (error) {
      this.tell(which, key, error);
      return fallback();
    }
  }

  tell(which: Which, key: string, error: unknown): void {
    if (this.#failing.has(key)) return;
    this.#failing.add(key);
    this.#events.emit({ kind: 'function_failed', which, error });
  }
}
