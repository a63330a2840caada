import { Logger } from '@nestjs/common';
import { AlreadyStartedError, type DynamicSupervisorRef, GenServer, type ServerRef } from '@rookery/genserver';
import { InjectServer, InjectSupervisor, Supervised } from '@rookery/nestjs';
import { Repo } from '../store/repo.server.js';
import { asked } from '../store/asked.js';
import { FirstRecord } from './first-record.js';
import { sessionOf } from './session-of.js';
import type { GameSession } from './game-session.server.js';
import { GameSessions } from './game-sessions.supervisor.js';

/** So many games come back at a time: their sessions read their records together, and others are served in between. */
const TOGETHER = 100;
/** After which a store that was away is asked again. */
const AGAIN_MS = 1_000;

const RESUME = Symbol('resume');

/**
 * Sees to it that every game that is not over has its session; then it ends. It stands last: whichever of those above it was
 * restarted, rest_for_one starts it anew. So nobody else has to know how games come back, at the first start or after a crash.
 */
@Supervised({ restart: 'transient' })
export class GameResumer extends GenServer {
  readonly #logger = new Logger(GameResumer.name);

  constructor(
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectSupervisor(GameSessions) private readonly sessions: DynamicSupervisorRef<GameSession>,
  ) {
    super();
  }

  override init(): void {
    this.self.continue(); // not here: the start of the tree would wait for it
  }

  override handleContinue(): Promise<void> {
    return this.#resume();
  }

  override async handleInfo(message: unknown): Promise<void> {
    if (message === RESUME) await this.#resume();
  }

  async #resume(): Promise<void> {
    const read = await asked(this.repo.call.unfinishedGames());
    if (read.kind !== 'ok') return void this.self.sendAfter(AGAIN_MS, RESUME);
    const ids = read.value;
    for (let from = 0; from < ids.length && !this.self.signal.aborted; from += TOGETHER) {
      await Promise.all(ids.slice(from, from + TOGETHER).map((id) => this.#start(id)));
    }
    if (ids.length > 0) this.#logger.log(`${ids.length} games go on`);
    this.self.stop();
  }

  async #start(id: string): Promise<void> {
    try {
      const session = await this.sessions.startChild(sessionOf(id, new FirstRecord()));
      await session?.call.ping(); // it has read its record then
    } catch (error) {
      if (error instanceof AlreadyStartedError) return; // it was opened since, or somebody else was restarted
      this.#logger.warn(`Game ${id} does not go on yet: ${String(error)}`); // one must not keep the others waiting
    }
  }
}
