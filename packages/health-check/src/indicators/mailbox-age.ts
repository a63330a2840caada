import type { Milliseconds } from '@rookery/genserver';

/** A mailbox at one time: how much was taken out until then, and how much had come. */
interface Sighting {
  readonly atMs: Milliseconds;
  readonly arrived: number;
}

/**
 * How long the oldest message in a mailbox has waited at least, from looking at it now and then. No message carries a time: but
 * what had arrived when the mailbox was looked at, and was not taken out until now, has waited since then at least.
 */
export class MailboxAge {
  /** Oldest first; those before have nothing that still waits. */
  #sightings: readonly Sighting[] = [];

  /** At this time so many have been taken out since the start, and so many wait. Gives the least age of the oldest that waits. */
  see(taken: number, size: number, atMs: Milliseconds): Milliseconds {
    if (size === 0) {
      this.#sightings = [];
      return 0;
    }
    const still = this.#sightings.filter(({ arrived }) => arrived > taken);
    const oldest = still[0]?.atMs ?? atMs;
    const arrived = taken + size;
    const isNews = arrived > (still.at(-1)?.arrived ?? 0);
    this.#sightings = isNews ? [...still, { atMs, arrived }] : still;
    return atMs - oldest;
  }
}
