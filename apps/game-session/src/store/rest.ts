import type { Clock, Milliseconds } from '@rookery/genserver';
import { sleep } from './sleep.js';

/** A pause after each use of something. Who comes later than that does not wait. */
export class Rest {
  #endsAt: Milliseconds = -Infinity;
  readonly #cut = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly restMs: Milliseconds,
  ) {}

  begin(): void {
    this.#endsAt = this.clock.now() + this.restMs;
  }

  /** Resolves when it is over. */
  async over(): Promise<void> {
    const leftMs = this.#endsAt - this.clock.now();
    if (leftMs > 0 && !this.#cut.signal.aborted) await sleep(this.clock, leftMs, this.#cut.signal);
  }

  /** Nobody rests any more. */
  cut(): void {
    this.#cut.abort();
  }
}
