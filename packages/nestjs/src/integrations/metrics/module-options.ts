import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { InvalidOptionError } from '@rookery/genserver';
import type { MetricsRegistry } from './tree-metrics.js';

/** What the metrics are. */
export interface MetricsModuleSettings {
  /** Of prom-client: its own `register`, say, for the metrics of the whole process. Default: a new one. */
  readonly registry?: MetricsRegistry;
  /** What all names begin with. Default `rookery_`. */
  readonly prefix?: string;
  /** Whether each message is measured: how long it waited in its mailbox, and how long its handler took. Default true. */
  readonly messageTimes?: boolean;
  /** Upper bounds of the histograms of these times, in seconds, ascending. Default: from 0.1 ms to 10 s. */
  readonly buckets?: readonly number[];
}

/** What the metrics are, and where they are told. */
export interface MetricsModuleOptions extends MetricsModuleSettings {
  /** Where they can be fetched; false: nowhere, for a controller of your own that asks the registry. Default `/metrics`. */
  readonly path?: string | false;
}

/** Of `MetricsModule.forRootAsync`: the settings come from other providers. */
export interface MetricsModuleAsyncOptions {
  /** Known now, as Nest maps routes from what it knows before it makes providers. Default `/metrics`. */
  readonly path?: string | false;
  /** Modules whose exports `useFactory` injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Gives the settings, or a promise of them. What it throws fails the boot. */
  readonly useFactory: (...dependencies: never[]) => MetricsModuleSettings | Promise<MetricsModuleSettings>;
}

/** Throws an InvalidOptionError for options that make no sense. */
export function checkOptions(options: MetricsModuleOptions): void {
  checkObject(options, `an object, such as { path: '/metrics' }`);
  const { path, ...settings } = options;
  checkPath(path);
  checkSettings(settings);
}

/** Likewise. */
export function checkAsyncOptions(options: MetricsModuleAsyncOptions): void {
  checkObject(options, 'an object, { useFactory, … }');
  const { path, imports, inject, useFactory, ...others } = options;
  const [surplus] = Object.entries(others);
  if (surplus !== undefined) throw new InvalidOptionError(surplus[0], 'left out, or given by the factory', surplus[1]);
  checkPath(path);
  if (typeof useFactory !== 'function') {
    throw new InvalidOptionError('useFactory', 'a function that gives the settings', useFactory);
  }
  for (const [name, list] of Object.entries({ imports, inject })) {
    if (list !== undefined && !Array.isArray(list)) throw new InvalidOptionError(name, 'an array', list);
  }
}

/** Likewise, for what a factory gave. */
export function checkSettings(settings: MetricsModuleSettings): void {
  checkObject(settings, `an object, such as { prefix: 'shop_' }`);
  const { registry, prefix, messageTimes, buckets, ...others } = settings;
  const [surplus] = Object.entries(others);
  if (surplus !== undefined) throw new InvalidOptionError(surplus[0], 'left out', surplus[1]);
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
  if (messageTimes !== undefined && typeof messageTimes !== 'boolean') {
    throw new InvalidOptionError('messageTimes', 'true or false', messageTimes);
  }
  if (buckets !== undefined && !isAscending(buckets)) {
    throw new InvalidOptionError('buckets', 'an array of seconds > 0, ascending', buckets);
  }
}

function checkPath(path: unknown): void {
  if (path === undefined || path === false || (typeof path === 'string' && path !== '')) return;
  throw new InvalidOptionError('path', 'a path, or false', path);
}

function checkObject(options: unknown, expected: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new InvalidOptionError('options', expected, options);
}

/** Infinity is there anyway. */
function isAscending(buckets: unknown): boolean {
  if (!Array.isArray(buckets) || buckets.length === 0) return false;
  return buckets.every((bound, at) => Number.isFinite(bound) && bound > (at === 0 ? 0 : (buckets[at - 1] as number)));
}
