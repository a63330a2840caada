import type { ChildSpec, Name, Pid, Runtime } from '@rookery/genserver';
import { childSpec, type HealthCheckChildOptions } from './child-spec.js';
import { HealthCheckRef } from './health-check-ref.js';
import { HealthCheckServer } from './health-check-server.js';
import { SampledHealth } from './sampled-health.js';

/**
 * Runs checks in the background, and answers from what they have said. As it stands it needs no runtime; its timers do not keep
 * Node running, and `close()` leaves nothing.
 */
export class HealthCheck extends SampledHealth {
  /**
   * The same as a child of a supervisor, for `runtime.start` too. Its process has the timers and the life of the health check;
   * reads are direct all the same. Throws a HealthOptionError or a DuplicateCheckError for options that make no sense.
   */
  static childSpec(options: HealthCheckChildOptions = {}): ChildSpec<HealthCheckRef> {
    return childSpec(options);
  }

  /** A supervised health check by name, which nobody needs to hold yet, or by pid. */
  static ref(runtime: Pick<Runtime, 'ref'>, target: Name | Pid): HealthCheckRef {
    return new HealthCheckRef(runtime.ref(HealthCheckServer, target));
  }
}
