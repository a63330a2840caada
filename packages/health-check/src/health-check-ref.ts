import type { Pid, ServerRef } from '@rookery/genserver';
import type { Check } from './check.js';
import type { CheckView } from './check-view.js';
import { checkText } from './checks.js';
import { HealthClosedError } from './errors.js';
import type { HealthListener } from './events.js';
import { AbsentHealth } from './absent-health.js';
import { OVERALL } from './groups.js';
import type { HealthCheckServer } from './health-check-server.js';
import type { Health, HealthStats } from './health-face.js';
import type { HealthCheckOptions } from './options.js';
import { checkProbeOptions, type ProbeAnswer, type ProbeOptions } from './probe.js';
import type { HealthReport } from './report.js';
import type { SampledHealth } from './sampled-health.js';
import type { ShutdownOptions, ShutdownResult } from './shutdown.js';
import type { ShutdownPhase } from './shutdown-plan.js';

/**
 * A supervised health check, by name (or by pid). It reads the snapshot of whatever process holds the name now, directly, without
 * messages, so it stays good over restarts; after one, all is `unknown` until its checks have run. While no process is there all
 * is `unknown` as well: readiness answers 503, liveness 200; `checkNow`, `add`, `subscribe` and `shutdown` fail with a
 * HealthClosedError. A shutdown begun through this ref stays begun. Throws an InvalidOptionError of @rookery/genserver when
 * another kind of server holds the name.
 */
export class HealthCheckRef implements Health {
  readonly #server: ServerRef<HealthCheckServer>;
  /** Of the health check that was last seen: it knows the groups. */
  #absent: AbsentHealth;
  #isShuttingDown = false;

  /** Made by the start of a health check, or by `HealthCheck.ref`. */
  constructor(server: ServerRef<HealthCheckServer>, options: Pick<HealthCheckOptions, 'groups' | 'format'> = {}) {
    this.#server = server;
    this.#absent = new AbsentHealth(options);
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  /** Whether a health check stands behind it now. If never, the name may be wrong. */
  get isAlive(): boolean {
    return this.#health() !== undefined;
  }

  get phase(): ShutdownPhase {
    return this.#health()?.phase ?? this.#absentPhase;
  }

  getHealth(): HealthReport {
    return this.group(OVERALL);
  }

  group(name: string): HealthReport {
    checkText('group', name);
    return this.#health()?.group(name) ?? this.#absent.report(name, this.#absentPhase);
  }

  /** Also undefined while no process is there. */
  check(name: string): CheckView | undefined {
    return this.#health()?.check(name);
  }

  probe(group: string, options?: ProbeOptions): ProbeAnswer {
    const health = this.#health();
    if (health !== undefined) return health.probe(group, options);
    checkText('group', group);
    if (options !== undefined) checkProbeOptions(options);
    return this.#absent.probe(group, this.#absentPhase, options);
  }

  async checkNow(...names: readonly string[]): Promise<HealthReport> {
    return this.#present('run checks').checkNow(...names);
  }

  /** For this life of its process: a restart has the checks of the child spec. */
  add(check: Check): void {
    this.#present('add a check').add(check);
  }

  remove(name: string): boolean {
    return this.#health()?.remove(name) ?? false;
  }

  /** For this life of its process: for all of them there is the option `onEvent`. */
  subscribe(listener: HealthListener): () => void {
    return this.#present('subscribe').subscribe(listener);
  }

  beginShutdown(): void {
    this.#isShuttingDown = true;
    this.#health();
  }

  async shutdown(options?: ShutdownOptions): Promise<ShutdownResult> {
    const health = this.#present('shut down');
    const result = health.shutdown(options);
    this.#isShuttingDown ||= health.phase !== 'serving';
    return result;
  }

  /** All zero when no process is there. */
  stats(): HealthStats {
    return (
      this.#health()?.stats() ?? { checks: 0, runs: 0, timeouts: 0, lateResults: 0, abandonedRuns: 0, threadHolds: 0 }
    );
  }

  toString(): string {
    return this.#server.toString();
  }

  get #absentPhase(): ShutdownPhase {
    return this.#isShuttingDown ? 'unready' : 'serving';
  }

  #present(request: string): SampledHealth {
    const health = this.#health();
    if (health === undefined) throw new HealthClosedError(String(this), request);
    return health;
  }

  #health(): SampledHealth | undefined {
    const health = this.#server.shared;
    if (health === undefined || health.isClosed) return undefined;
    this.#absent = health.absent;
    if (this.#isShuttingDown && health.phase === 'serving') health.beginShutdown();
    return health;
  }
}
