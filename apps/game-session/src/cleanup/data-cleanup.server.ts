import { Inject, Logger } from '@nestjs/common';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { InjectServer, Supervised } from '@rookery/nestjs';
import { SETTINGS } from '../settings.js';
import { Repo } from '../store/repo.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';

/** What the clean-up needs of the settings. */
export interface CleanupSettings {
  readonly keepFinishedDays: number;
}

const EVERY_MS = 60 * 60_000;
/** A game takes a millisecond, with its moves, and PGlite does one thing at a time: moves that wait meanwhile must not wait long. */
const GAMES = 20;
/** A player takes a tenth of it. */
const PLAYERS = 200;
const DAY_MS = 86_400_000;
const run = Symbol('clean up');

/** Deletes what nobody asks for any more: games that ended long ago, then players who are in no game. */
@Supervised()
export class DataCleanup extends GenServer {
  readonly #logger = new Logger(DataCleanup.name);

  constructor(
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @Inject(SETTINGS) private readonly settings: CleanupSettings,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
  }

  override init(): void {
    this.self.sendAfter(EVERY_MS, run);
  }

  override async handleInfo(message: unknown): Promise<void> {
    if (message !== run) return;
    this.self.sendAfter(EVERY_MS, run);
    const { games, players } = await this.cleanUp();
    if (games + players > 0) this.#logger.log(`Deleted ${games} games and ${players} players`);
  }

  /** Also when asked. Gives how many were deleted. */
  async cleanUp(): Promise<{ readonly games: number; readonly players: number }> {
    const before = new Date(this.now().getTime() - this.settings.keepFinishedDays * DAY_MS);
    const games = await inBatches(GAMES, (limit) => this.repo.call.deleteFinishedGames({ before, limit }));
    const players = await inBatches(PLAYERS, (limit) => this.repo.call.deleteIdlePlayers({ before, limit }));
    return { games, players };
  }
}

async function inBatches(size: number, deleteSome: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (let deleted = size; deleted === size; total += deleted) deleted = await deleteSome(size);
  return total;
}
