import { Inject, Injectable } from '@nestjs/common';
import { Runtime, type ServerRef } from '@rookery/genserver';
import { type CheckContext, type CheckResult, degraded, healthy } from '@rookery/health-check';
import { InjectServer } from '@rookery/nestjs';
import { HealthIndicator } from '@rookery/nestjs/health';
import { GAME_REGISTRY } from '../games/game-name.js';
import { MAX_GAMES } from '../games/game-sessions.supervisor.js';
import { MoveLog } from '../games/move-log.server.js';

/** What only this app knows of its health; what is the same in every tree is built in. */
@Injectable()
export class GamesHealth {
  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectServer(MoveLog) private readonly log: ServerRef<MoveLog>,
  ) {}

  /** Without it no game can go on. Untagged, so part of readiness: it comes back without a restart of the app. */
  @HealthIndicator({ name: 'move-log', intervalMs: 5_000, timeoutMs: 1_000 })
  async answers({ signal }: CheckContext): Promise<void> {
    await this.log.with({ signal }).call.has('');
  }

  /** Nearly full is worth a look; games that run are no worse for it. */
  @HealthIndicator({ name: 'games', intervalMs: 5_000, critical: false })
  room(): CheckResult {
    const games = this.runtime.registry(GAME_REGISTRY).keys().length;
    if (games < 0.9 * MAX_GAMES) return healthy({ games });
    return degraded(`${games} of at most ${MAX_GAMES} games run`, { games });
  }
}
