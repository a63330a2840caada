import { Inject, Injectable } from '@nestjs/common';
import type {
  Breaker,
  BreakerMode,
  BreakerStateName,
  BreakerStats,
  CircuitBreakerRegistry,
} from '@rookery/circuit-breaker';
import { DEFAULT_REGISTRY } from './breaker-token.js';
import { OpenBreakers } from './open-breakers.js';

/** One breaker as it is now. Plain data: it can be sent as JSON. */
export interface BreakerReport {
  /** Of the breaker; in a registry its key. */
  readonly name: string;
  /** The registry it is in; undefined for one that has a name of its own. */
  readonly registry: string | undefined;
  readonly state: BreakerStateName;
  readonly mode: BreakerMode;
  readonly stats: BreakerStats;
}

/** All breakers of the application: inject it where they are shown to people, or held by them. */
@Injectable()
export class CircuitBreakers {
  readonly #open: OpenBreakers;

  constructor(@Inject(OpenBreakers) open: OpenBreakers) {
    this.#open = open;
  }

  /** The breaker of that name; undefined if there is none. */
  get(name: string): Breaker | undefined {
    return this.#open.breakers.get(name);
  }

  /** The registry of that name; undefined if there is none. */
  registry(name: string = DEFAULT_REGISTRY): CircuitBreakerRegistry | undefined {
    return this.#open.registries.get(name);
  }

  /** All of them, those in registries after the others. */
  report(): readonly BreakerReport[] {
    const named = [...this.#open.breakers].map(([name, breaker]) => reportOn(name, undefined, breaker));
    const keyed = [...this.#open.registries].flatMap(([registry, breakers]) =>
      [...breakers].map(([key, breaker]) => reportOn(key, registry, breaker)),
    );
    return [...named, ...keyed];
  }
}

function reportOn(name: string, registry: string | undefined, breaker: Breaker): BreakerReport {
  const { state, mode } = breaker;
  return { name, registry, state, mode, stats: breaker.stats() };
}
