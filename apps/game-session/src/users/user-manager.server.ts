import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { type Deferred, GenServer, type Milliseconds, type ServerRef } from '@rookery/genserver';
import { InjectServer, Supervised } from '@rookery/nestjs';
import type { PlayerRecord } from '../store/records.js';
import { Repo } from '../store/repo.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';
import { hashOf, isToken, newToken } from './player-token.js';

/** A player who has just joined. The token is told this once. */
export interface Joined {
  readonly player: PlayerRecord;
  readonly token: string;
}

interface Known {
  readonly player: PlayerRecord;
  readonly until: Milliseconds;
}

/** So many players are known without asking the store; who came first is forgotten first. */
const MOST_KNOWN = 10_000;
/** After which the store is asked again: the player may have been cleaned up. */
const KNOWN_MS = 3_600_000;

/** Who is who. What it knows is a copy, by the hashes of tokens: after a crash it asks the store again. */
@Supervised()
export class UserManager extends GenServer<Map<string, Known>> {
  constructor(
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
  }

  override init(): Map<string, Known> {
    return new Map();
  }

  /** Deferred, as all that waits for the store: others are served meanwhile. Rejects with what the store says. */
  join(name: string, email: string | null): Deferred<Joined> {
    const token = newToken();
    const tokenHash = hashOf(token);
    const player: PlayerRecord = { id: randomUUID(), name, email, createdAt: this.now() };
    return this.#later(async () => {
      await this.repo.call.addPlayer({ id: player.id, name, email, tokenHash });
      this.#know(tokenHash, player);
      return { player, token };
    });
  }

  /** Whose token this is; undefined if it is nobody's. */
  byToken(token: string): PlayerRecord | undefined | Deferred<PlayerRecord | undefined> {
    if (!isToken(token)) return undefined;
    const tokenHash = hashOf(token);
    const known = this.state.get(tokenHash);
    if (known !== undefined && known.until > this.self.now()) return known.player;
    this.state.delete(tokenHash);
    return this.#later(async () => {
      const player = await this.repo.call.playerByToken(tokenHash);
      if (player !== undefined) this.#know(tokenHash, player);
      return player;
    });
  }

  /** For demonstration: what a bug does. */
  crash(): never {
    throw new Error('crashed on purpose');
  }

  #later<T>(work: () => Promise<T>): Deferred<T> {
    const answer = this.self.defer<T>();
    void work().then(
      (value) => answer.reply(value),
      (error: unknown) => answer.refuse(error),
    );
    return answer;
  }

  #know(tokenHash: string, player: PlayerRecord): void {
    this.state.set(tokenHash, { player, until: this.self.now() + KNOWN_MS });
    if (this.state.size <= MOST_KNOWN) return;
    const [oldest] = this.state.keys();
    if (oldest !== undefined) this.state.delete(oldest);
  }
}
