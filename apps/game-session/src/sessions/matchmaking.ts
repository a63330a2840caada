import type { Milliseconds } from '@rookery/genserver';
import type { Seat } from '../store/records.js';
import type { GameRegistryRef } from './game-registry.js';

export type PlayerSeat = Seat & { readonly kind: 'player' };

/** So long a waiting game is kept for whom it was given to. */
const PROMISE_MS = 2_000;

/** Which game waits longest, and is promised to nobody. */
export class Matchmaking {
  readonly #promised = new Map<string, Milliseconds>();

  constructor(private readonly games: GameRegistryRef) {}

  /** Not one of the player's own; undefined if there is none. */
  find(playerId: string, now: Milliseconds): string | undefined {
    for (const [id, until] of this.#promised) if (until <= now) this.#promised.delete(id);
    const waiting = this.games.select(
      ({ key, value }) =>
        value?.summary.status === 'waiting' && value.summary.seats[0].playerId !== playerId && !this.#promised.has(key),
    );
    const [oldest] = waiting.toSorted((a, b) => createdAt(a.value) - createdAt(b.value));
    if (oldest !== undefined) this.#promised.set(oldest.key, now + PROMISE_MS);
    return oldest?.key;
  }
}

function createdAt(entry: { readonly createdAt: Date } | undefined): number {
  return entry?.createdAt.getTime() ?? 0;
}
