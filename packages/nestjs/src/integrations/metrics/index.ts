export { MetricsModule } from './metrics.module.js';
export type { MetricsModuleAsyncOptions, MetricsModuleOptions, MetricsModuleSettings } from './module-options.js';
export type { MetricsRegistry } from './tree-metrics.js';
