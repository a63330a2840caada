import { InvalidOptionError } from '@rookery/genserver';
import type { MetricsRegistry } from './tree-metrics.js';

/** What the metrics are, and where they are told. */
export interface MetricsModuleOptions {
  /** Where they can be fetched; false: nowhere, for a controller of your own that asks the registry. Default `/metrics`. */
  readonly path?: string | false;
  /** Of prom-client: its own `register`, say, for the metrics of the whole process. Default: a new one. */
  readonly registry?: MetricsRegistry;
  /** What all names begin with. Default `rookery_`. */
  readonly prefix?: string;
}

/** Throws an InvalidOptionError for options that make no sense. */
export function checkOptions(options: MetricsModuleOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', `an object, such as { path: '/metrics' }`, options);
  }
  const { path, registry, prefix, ...others } = options;
  const [surplus] = Object.entries(others);
  if (surplus !== undefined) throw new InvalidOptionError(surplus[0], 'left out', surplus[1]);
  if (path !== undefined && path !== false && (typeof path !== 'string' || path === '')) {
    throw new InvalidOptionError('path', 'a path, or false', path);
  }
  if (registry !== undefined && typeof registry?.registerMetric !== 'function') {
    throw new InvalidOptionError('registry', 'a Registry of prom-client', registry);
  }
  if (prefix !== undefined && !(typeof prefix === 'string' && /^(?:[a-zA-Z_:][\w:]*)?$/.test(prefix))) {
    throw new InvalidOptionError(
      'prefix',
      'letters, digits, underscores and colons, not beginning with a digit',
      prefix,
    );
  }
}
