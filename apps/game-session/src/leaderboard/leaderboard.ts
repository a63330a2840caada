import { Inject, Injectable } from '@nestjs/common';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { InjectCache } from '@rookery/nestjs/ttl-cache';
import { type Cache, TtlCache } from '@rookery/ttl-cache';
import type { Standing } from '../store/records.js';
import { Repo } from '../store/repo.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';

/** Which games count. */
export type Period = 'all' | 'week';

export const LEADERBOARD = 'leaderboard';
const PLACES = 20;
const WEEK_MS = 7 * 86_400_000;

/**
 * The cache as a child of the tree. Counting all games is dear, so it is done at most once in 5 s for all who look. An older
 * answer is given for up to a minute while a new one is slow or the database is away.
 */
export const leaderboardCache = TtlCache.childSpec<Period, readonly Standing[]>({
  name: LEADERBOARD,
  ttlMs: 5_000,
  staleForMs: 60_000,
  softTimeoutMs: 200,
  errorTtlMs: 1_000,
  maxEntries: 2,
  values: 'frozen',
});

/** Who has won the most. */
@Injectable()
export class Leaderboard {
  constructor(
    @InjectCache(LEADERBOARD) private readonly cache: Cache<Period, readonly Standing[]>,
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {}

  /** The best, the first first. Up to 5 s old, more if the database is away. */
  top(period: Period): Promise<readonly Standing[]> {
    return this.cache.fetch(period, () => this.#count(period));
  }

  #count(period: Period): Promise<readonly Standing[]> {
    const since = period === 'all' ? null : new Date(this.now().getTime() - WEEK_MS);
    return this.repo.call.standings({ since, limit: PLACES });
  }
}
