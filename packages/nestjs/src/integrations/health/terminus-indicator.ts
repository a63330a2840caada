import type { Health, HealthState, TerminusStatus } from '@rookery/health-check';

/** What of ours terminus is told. */
export interface TerminusIndicatorOptions {
  /** Default `readiness`. */
  readonly group?: string;
  /** The key in the result. Default: the name of the group. */
  readonly key?: string;
  /** Whether who asks may see details, for `details: 'authorized'`: terminus shows what it is told to everybody. Default false. */
  readonly authorized?: boolean;
}

/** What HealthCheckService of @nestjs/terminus takes, 11 and 12. */
export type OfferedIndicator = () => Promise<
  Record<string, { readonly status: TerminusStatus } & Readonly<Record<string, unknown>>>
>;

/**
 * A group of ours as an indicator of @nestjs/terminus: `terminus.check([terminusIndicator(health), …])`. Runs nothing: it is told as it is
 * known. What is degraded is `degraded` for terminus 12, and `up` with `state: 'degraded'` for 11, which would drop it. Details
 * are there, in `checks`, where probes have them.
 */
export function terminusIndicator(
  health: Pick<Health, 'probe'>,
  options: TerminusIndicatorOptions = {},
): OfferedIndicator {
  const { group = 'readiness', key = group, authorized = false } = options;
  return async () => {
    const degradedAs = (await knowsDegraded()) ? 'degraded' : 'up';
    const { statusCode, body } = health.probe(group, { authorized, format: 'rookery' });
    const { ok: _, ...told } = JSON.parse(body) as { readonly state: HealthState; readonly ok: boolean };
    const up = told.state === 'degraded' ? degradedAs : 'up';
    return { [key]: { ...told, status: statusCode < 400 ? up : 'down' } };
  };
}

/** Who calls an indicator of terminus has it: it is loaded here, and nowhere else. */
async function knowsDegraded(): Promise<boolean> {
  const { HealthIndicatorService } = await import('@nestjs/terminus');
  return hasDegraded(HealthIndicatorService);
}

/** Since 12.1; before, a result of that status was left out. */
export function hasDegraded(service: new () => { check(key: string): object }): boolean {
  return 'degraded' in new service().check('any');
}
