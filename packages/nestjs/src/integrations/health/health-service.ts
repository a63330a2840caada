import { Inject, Injectable } from '@nestjs/common';
import type {
  Check,
  CheckView,
  Health,
  HealthListener,
  HealthReport,
  HealthStats,
  ProbeAnswer,
  ProbeOptions,
  ShutdownOptions,
  ShutdownPhase,
  ShutdownResult,
} from '@rookery/health-check';
import { HealthSource } from './health-source.js';
import type { OwnAddress } from './own-server.js';

/**
 * The health of the application: what a HealthCheck can do, or the ref to one where it is a child of the supervision tree. Inject it
 * by its class. Its checks begin when the application has started; before that its methods throw a HealthNotStartedError, or in
 * a supervision tree know nothing.
 */
@Injectable()
export class HealthService implements Health {
  constructor(@Inject(HealthSource) private readonly source: HealthSource) {}

  getHealth(): HealthReport {
    return this.source.health.getHealth();
  }

  group(name: string): HealthReport {
    return this.source.health.group(name);
  }

  check(name: string): CheckView | undefined {
    return this.source.health.check(name);
  }

  probe(group: string, options?: ProbeOptions): ProbeAnswer {
    return this.source.health.probe(group, options);
  }

  async checkNow(...names: readonly string[]): Promise<HealthReport> {
    return this.source.health.checkNow(...names);
  }

  add(check: Check): void {
    this.source.health.add(check);
  }

  remove(name: string): boolean {
    return this.source.health.remove(name);
  }

  subscribe(listener: HealthListener): () => void {
    return this.source.health.subscribe(listener);
  }

  get phase(): ShutdownPhase {
    return this.source.health.phase;
  }

  beginShutdown(): void {
    this.source.health.beginShutdown();
  }

  async shutdown(options?: ShutdownOptions): Promise<ShutdownResult> {
    return this.source.health.shutdown(options);
  }

  stats(): HealthStats {
    return this.source.health.stats();
  }

  /** Where the option `port` has its server; undefined when there is none, or it is closed. */
  get address(): OwnAddress | undefined {
    return this.source.address;
  }
}
