import { Inject, Injectable } from '@nestjs/common';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { SETTINGS, type Settings } from '../settings.js';
import { answerOf } from '../store/asked.js';
import { Repo } from '../store/repo.server.js';
import { GameError } from './errors.js';
import type { PlayerSeat } from './matchmaking.js';

/**
 * Sees to it that nobody has more than so many games open, or one player could take all there are room for.
 *
 * The store is asked each time, and nobody counts: so it holds whatever was restarted, and while games are still being brought back. What the
 * store cannot know yet is what is being opened or joined right now; that is claimed here.
 */
@Injectable()
export class Places {
  /** The games that players are about to get, by player, the first claim first. */
  readonly #claims = new Map<string, string[]>();

  constructor(
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'maxGamesPerPlayer'>,
  ) {}

  /** Does what gives these players a seat in this game, if each may have one more. Rejects with a GameError, or as `work` does. */
  async take<T>(gameId: string, players: readonly PlayerSeat[], work: () => Promise<T>): Promise<T> {
    const checks = players.map((player) => {
      const claimedBefore = this.#claims.get(player.id) ?? [];
      this.#claims.set(player.id, [...claimedBefore, gameId]);
      return this.#check(player, claimedBefore, gameId);
    });
    try {
      for (const result of await Promise.allSettled(checks)) if (result.status === 'rejected') throw result.reason;
      return await work();
    } finally {
      for (const { id } of players) this.#release(id, gameId);
    }
  }

  /** Rejects with a GameError when this player has no place left for any game. */
  check(player: PlayerSeat): Promise<void> {
    return this.#check(player, this.#claims.get(player.id) ?? []);
  }

  /** Those who claim later count this claim, too, so of many who come together the first get a place. Who has one in this game keeps it. */
  async #check({ id, name }: PlayerSeat, claimedBefore: readonly string[], gameId?: string): Promise<void> {
    const others = new Set([...((await answerOf(this.repo.call.openGamesOf(id))) ?? []), ...claimedBefore]);
    if (gameId !== undefined) others.delete(gameId);
    const { maxGamesPerPlayer } = this.settings;
    if (others.size < maxGamesPerPlayer) return;
    const message = `${name} has ${others.size} games open, and a player may have ${maxGamesPerPlayer}: one must end first.`;
    throw new GameError('too_many_own_games', { message });
  }

  #release(playerId: string, gameId: string): void {
    const claims = this.#claims.get(playerId) ?? [];
    const left = claims.toSpliced(claims.indexOf(gameId), 1);
    if (left.length === 0) this.#claims.delete(playerId);
    else this.#claims.set(playerId, left);
  }
}
