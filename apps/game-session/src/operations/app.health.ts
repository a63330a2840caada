import { Inject, Injectable } from '@nestjs/common';
import { Runtime, type ServerRef, type SupervisorRef } from '@rookery/genserver';
import { type CheckContext, type CheckResult, degraded, healthy } from '@rookery/health-check';
import { InjectRegistry, InjectServer, InjectSupervisor } from '@rookery/nestjs';
import { HealthIndicator } from '@rookery/nestjs/health';
import { WorkerPool } from '@rookery/worker-pool';
import { AppSupervisor } from '../app.supervisor.js';
import { BackgroundSupervisor } from '../background/background.supervisor.js';
import { COMPUTER_POOL } from '../computer/computer.pool.js';
import { GameRegistry, type GameRegistryRef } from '../sessions/game-registry.js';
import { SETTINGS, type Settings } from '../settings.js';
import { Repo } from '../store/repo.server.js';

/** What only this app knows of its health; what is the same in every tree is built in. */
@Injectable()
export class AppHealth {
  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectRegistry(GameRegistry) private readonly games: GameRegistryRef,
    @InjectSupervisor(AppSupervisor) private readonly root: SupervisorRef,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'maxGames'>,
  ) {}

  /** Without it no move counts. Untagged, so part of readiness: it comes back without a restart of the app. */
  @HealthIndicator({ name: 'store', intervalMs: 5_000, timeoutMs: 2_000 })
  async store({ signal }: CheckContext): Promise<CheckResult> {
    const repo = this.repo.with({ signal }).call;
    await repo.ping();
    const { database, pendingWrites, writesPerBatch } = await repo.figures();
    return healthy({ database, pendingWrites, writesPerBatch });
  }

  /** Nearly full is worth a look; games that run are no worse for it. */
  @HealthIndicator({ name: 'sessions', intervalMs: 5_000, critical: false })
  sessions(): CheckResult {
    const { maxGames } = this.settings;
    const games = this.games.count();
    if (games < 0.9 * maxGames) return healthy({ games });
    return degraded(`${games} of at most ${maxGames} games run`, { games });
  }

  /** People can still play each other while the computer is slow. */
  @HealthIndicator({ name: 'computer', intervalMs: 5_000, critical: false })
  computer(): CheckResult {
    const { busy, queued, total } = WorkerPool.ref(this.runtime, COMPUTER_POOL).getStats();
    if (queued <= total) return healthy({ busy, queued });
    return degraded(`${queued} thoughts wait for ${total} threads`, { busy, queued });
  }

  /** Nobody waits for them, and nobody starts them again when they have given up: so somebody has to be told. */
  @HealthIndicator({ name: 'jobs', intervalMs: 5_000, critical: false })
  async jobs(): Promise<CheckResult> {
    const { state } = await this.root.whichChild(BackgroundSupervisor.name);
    if (state !== 'stopped') return healthy();
    return degraded('The background jobs have given up: no mails, reports and clean-up. The log says why');
  }
}
