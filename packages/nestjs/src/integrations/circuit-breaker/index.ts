export { CircuitBreakerModule } from './circuit-breaker.module.js';
export type {
  AsyncBreaker,
  AsyncRegistry,
  BreakerDefaults,
  CircuitBreakerFeatureAsyncOptions,
  CircuitBreakerFeatureOptions,
  CircuitBreakerModuleAsyncOptions,
  CircuitBreakerModuleOptions,
  FactoryBreaker,
  FactoryRegistry,
  NamedBreaker,
  NamedRegistry,
  PlainBreaker,
  SupervisedBreaker,
} from './module-options.js';
export {
  getCircuitBreakerRegistryToken,
  getCircuitBreakerToken,
  InjectCircuitBreaker,
  InjectCircuitBreakerRegistry,
} from './breaker-token.js';
export { CircuitBreaker, type CircuitBreakerMethodOptions } from './circuit-breaker.decorator.js';
export { CircuitBreakerFilter } from './circuit-breaker.filter.js';
export { type BreakerReport, CircuitBreakers } from './circuit-breakers.js';
export {
  type BreakersHealth,
  type BreakersHealthData,
  type BreakersTerminusResult,
  CircuitBreakerHealthIndicator,
} from './circuit-breaker-health.js';
export { classifyHttpException } from './classify-http-exception.js';
export { BreakerSetupError, NestBreakerError } from './errors.js';
