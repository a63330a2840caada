import { AbsentHealth } from './absent-health.js';
import type { HealthCheckOptions } from './options.js';
import { SampledHealth } from './sampled-health.js';

/** The health check of a process. */
export class SupervisedHealth extends SampledHealth {
  /** What its refs tell when it is gone. */
  readonly absent: AbsentHealth;

  constructor(options: HealthCheckOptions) {
    super(options);
    this.absent = new AbsentHealth(options);
  }
}
