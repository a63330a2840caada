import { Inject } from '@nestjs/common';
import { BreakerSetupError } from './errors.js';

/** The registry that is meant where no name is given: `CircuitBreakerModule.forRoot` makes it. */
export const DEFAULT_REGISTRY = 'default';

/** The injection token of a breaker: for `inject` lists of factories, and for `overrideProvider` in tests. */
export function getCircuitBreakerToken(name: string): string {
  return tokenOf('getCircuitBreakerToken', 'a breaker', 'CircuitBreaker', name);
}

/** The injection token of a registry of breakers. */
export function getCircuitBreakerRegistryToken(name: string = DEFAULT_REGISTRY): string {
  return tokenOf('getCircuitBreakerRegistryToken', 'a registry', 'CircuitBreakerRegistry', name);
}

/** Injects a breaker: a `Breaker` of `@rookery/circuit-breaker`; one that is `supervised` is a `CircuitBreakerRef`. */
export function InjectCircuitBreaker(name: string): ParameterDecorator & PropertyDecorator {
  return Inject(getCircuitBreakerToken(name));
}

/** Injects a `CircuitBreakerRegistry`: a breaker for each host, tenant or endpoint, made when it is first asked for. */
export function InjectCircuitBreakerRegistry(name: string = DEFAULT_REGISTRY): ParameterDecorator & PropertyDecorator {
  return Inject(getCircuitBreakerRegistryToken(name));
}

function tokenOf(where: string, what: string, kind: string, name: unknown): string {
  if (typeof name !== 'string' || name === '') {
    throw new BreakerSetupError(where, `the name of ${what} must be a non-empty string.`);
  }
  // Nest prints this when it cannot resolve the token.
  return `${kind} "${name}" (of CircuitBreakerModule.forRoot, or of a forFeature that this module imports)`;
}
