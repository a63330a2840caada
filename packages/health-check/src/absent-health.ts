import { CONTENT_TYPES, WRITERS } from './formats.js';
import { type Group, groupsOf, groupState, overallGroup } from './groups.js';
import type { HealthCheckOptions } from './options.js';
import type { ProbeAnswer, ProbeOptions } from './probe.js';
import { type HealthReport, reportOf } from './report.js';
import type { ShutdownPhase } from './shutdown-plan.js';

/** What is told while the process of a health check is not there: nothing is known. */
export class AbsentHealth {
  readonly #options: Pick<HealthCheckOptions, 'groups' | 'format'>;
  readonly #groups: ReadonlyMap<string, Group>;

  constructor(options: Pick<HealthCheckOptions, 'groups' | 'format'>) {
    this.#options = options;
    this.#groups = groupsOf(options.groups ?? {});
  }

  report(name: string, phase: ShutdownPhase): HealthReport {
    const isDraining = phase !== 'serving';
    return reportOf(name, groupState(this.#group(name), 'unknown', { isDraining, hasServed: false }), phase, []);
  }

  probe(
    name: string,
    phase: ShutdownPhase,
    { format = this.#options.format ?? 'rookery' }: ProbeOptions = {},
  ): ProbeAnswer {
    const report = this.report(name, phase);
    const statusCode = this.#group(name).statusCodes[report.state];
    return {
      statusCode,
      headers: { 'content-type': CONTENT_TYPES[format], 'cache-control': 'no-store' },
      body: JSON.stringify(WRITERS[format]({ ...report, checks: undefined }, statusCode)),
    };
  }

  /** A ref that was made from a name alone does not know the groups of the user. */
  #group(name: string): Group {
    return this.#groups.get(name) ?? overallGroup();
  }
}
