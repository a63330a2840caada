import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  type Breaker,
  type BreakerRegistryOptions,
  CircuitBreaker,
  type CircuitBreakerOptions,
  type CircuitBreakerRef,
  CircuitBreakerRegistry,
} from '@rookery/circuit-breaker';
import { BreakerSetupError, inSetup } from './errors.js';

/** The breakers of the application, by name: it makes them, and ends them. */
@Injectable()
export class OpenBreakers implements OnApplicationShutdown {
  readonly breakers = new Map<string, Breaker>();
  readonly registries = new Map<string, CircuitBreakerRegistry>();
  readonly #made: { shutdown(): void }[] = [];

  /** Throws a BreakerSetupError for options that make no sense together, and for a name that is taken. */
  make(where: string, name: string, options: CircuitBreakerOptions): CircuitBreaker {
    const breaker = inSetup(where, () => new CircuitBreaker({ label: name, ...options }));
    this.#made.push(breaker);
    return hold(where, 'breaker', this.breakers, name, breaker);
  }

  makeRegistry(where: string, name: string, options: BreakerRegistryOptions): CircuitBreakerRegistry {
    const registry = inSetup(where, () => new CircuitBreakerRegistry(options));
    this.#made.push(registry);
    return hold(where, 'registry', this.registries, name, registry);
  }

  /** One that its supervisor starts and stops. */
  add(where: string, name: string, breaker: CircuitBreakerRef): CircuitBreakerRef {
    return hold(where, 'breaker', this.breakers, name, breaker);
  }

  /** Not earlier: when modules are destroyed the server still answers requests, and these make calls. */
  onApplicationShutdown(): void {
    for (const made of this.#made.splice(0)) made.shutdown();
  }
}

/** Two under one name would each see half of the failures, and one would call on while the other is open. */
function hold<T>(where: string, what: string, held: Map<string, unknown>, name: string, made: T): T {
  if (held.has(name)) {
    throw new BreakerSetupError(
      where,
      `there is another ${what} "${name}" in the application, and each would see only its own calls: make it once, in forRoot or in ` +
        'a forFeature that both modules import, or rename one of them.',
    );
  }
  held.set(name, made);
  return made;
}
