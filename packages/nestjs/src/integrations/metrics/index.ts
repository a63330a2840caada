export { MetricsModule } from './metrics.module.js';
export type { MetricsModuleOptions } from './module-options.js';
export type { MetricsRegistry } from './tree-metrics.js';
