import { Inject, Injectable } from '@nestjs/common';
import type { BreakerStateName } from '@rookery/circuit-breaker';
import { CircuitBreakers } from './circuit-breakers.js';

/** What is told of the breakers. Plain data. */
export interface BreakersHealthData {
  /** How many there are. */
  readonly breakers: number;
  readonly open: number;
  readonly halfOpen: number;
  /** Those that are not closed, ten at most; of a registry as `hosts/api.example.com`. */
  readonly notClosed: Readonly<Record<string, BreakerStateName>>;
  readonly [fact: string]: unknown;
}

/** As a check of `@rookery/health-check` says it. Never worse than degraded. */
export type BreakersHealth =
  | { readonly kind: 'healthy'; readonly data: BreakersHealthData }
  | { readonly kind: 'degraded'; readonly reason: string; readonly data: BreakersHealthData };

/** As `@nestjs/terminus` 12 says it. */
export type BreakersTerminusResult<Key extends string> = Record<
  Key,
  { readonly status: 'up' | 'degraded'; readonly message?: string } & BreakersHealthData
>;

const SHOWN = 10;

/**
 * Tells of the breakers that are not closed. An open breaker is no unhealthy instance: it is doing its work, another instance would be no better off, and to take this one
 * out of service would stop all that does not need what is down. So open and half-open are `degraded`. Injectable; as it is, it is a check of
 * `@rookery/health-check`, and `isHealthy` is an indicator of `@nestjs/terminus`.
 */
@Injectable()
export class CircuitBreakerHealthIndicator {
  readonly name = 'circuit-breakers';
  /** It can make a group degraded, and no worse. */
  readonly critical = false;

  constructor(@Inject(CircuitBreakers) private readonly breakers: CircuitBreakers) {}

  /** Waits for nothing. */
  readonly check = (): BreakersHealth => {
    const states = this.breakers.report().map(({ name, registry, state }): NamedState => {
      return [registry === undefined ? name : `${registry}/${name}`, state];
    });
    return healthOf(states);
  };

  /** For `health.check([() => indicator.isHealthy()])`. Of terminus 11, which does not know `degraded`, say `{ degradedAs: 'up' }`. */
  isHealthy<Key extends string = 'circuit-breakers'>(
    key: Key = this.name as Key,
    { degradedAs = 'degraded' }: { readonly degradedAs?: 'degraded' | 'up' } = {},
  ): BreakersTerminusResult<Key> {
    const health = this.check();
    const facts =
      health.kind === 'healthy'
        ? { status: 'up' as const, ...health.data }
        : { status: degradedAs, message: health.reason, ...health.data };
    return { [key]: facts } as BreakersTerminusResult<Key>;
  }
}

type NamedState = readonly [name: string, state: BreakerStateName];

function healthOf(states: readonly NamedState[]): BreakersHealth {
  const notClosed = states.filter(([, state]) => state !== 'closed');
  const count = (wanted: BreakerStateName): number => notClosed.filter(([, state]) => state === wanted).length;
  const shown = notClosed.slice(0, SHOWN);
  const data: BreakersHealthData = {
    breakers: states.length,
    open: count('open'),
    halfOpen: count('half_open'),
    notClosed: Object.fromEntries(shown),
  };
  if (notClosed.length === 0) return { kind: 'healthy', data };
  const names = shown.map(([name, state]) => `${name} is ${state === 'open' ? 'open' : 'half-open'}`);
  const rest = notClosed.length - shown.length;
  return { kind: 'degraded', reason: [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(', '), data };
}
