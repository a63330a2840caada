export { HealthModule } from './health.module.js';
export type {
  BuiltInIndicators,
  HealthGuard,
  HealthModuleAsyncOptions,
  HealthModuleOptions,
  HealthModuleSettings,
  ProbePath,
  ProbeSettings,
  TreeIndicators,
} from './module-options.js';
export {
  HealthIndicator,
  type HealthIndicating,
  type HealthIndicatorOptions,
  type IndicatorDecorator,
} from './health-indicator.decorator.js';
export { HealthService } from './health-service.js';
export { HealthProbes } from './probe-mount.js';
export type { OwnAddress } from './own-server.js';
export { type OfferedIndicator, terminusIndicator, type TerminusIndicatorOptions } from './terminus-indicator.js';
export { HealthNotStartedError, HealthSetupError, NestHealthError } from './errors.js';
