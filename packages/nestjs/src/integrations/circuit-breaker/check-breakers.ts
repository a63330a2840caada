import {
  type BreakerRegistryOptions,
  CircuitBreaker,
  type CircuitBreakerOptions,
  CircuitBreakerRegistry,
} from '@rookery/circuit-breaker';
import { BreakerSetupError, inSetup } from './errors.js';
import type { AsyncBreaker, AsyncRegistry, BreakerDefaults } from './module-options.js';

/** A table, so that an option that the breaker gets and this forgets does not compile. */
const DEFAULTS: Record<keyof BreakerDefaults, true> = {
  failureThreshold: true,
  strategy: true,
  timeoutMs: true,
  openTime: true,
  halfOpen: true,
  callTimeoutMs: true,
  bulkhead: true,
  classifyError: true,
  classifyResult: true,
  mode: true,
  punctual: true,
  clock: true,
  random: true,
  date: true,
};
const BREAKER_OPTIONS: Record<keyof CircuitBreakerOptions, true> = { ...DEFAULTS, label: true };
const REGISTRY_OPTIONS: Record<keyof BreakerRegistryOptions, true> = {
  ...DEFAULTS,
  maxBreakers: true,
  optionsFor: true,
};
const FACTORY_OPTIONS = ['imports', 'inject', 'useFactory'];

/** What those write who come from other breakers. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  timeout: 'callTimeoutMs, for how long a call may take (timeoutMs is how long it stays open)',
  resetTimeout: 'timeoutMs',
  halfOpenAfter: 'timeoutMs',
  breaker: 'strategy',
  errorThresholdPercentage: 'strategy: timeWindow({ failureRate })',
  volumeThreshold: 'strategy: timeWindow({ minimumCalls })',
  errorFilter: 'classifyError',
  capacity: 'bulkhead: { limit }',
  threshold: 'failureThreshold',
  useClass: 'inject, with useFactory',
  useExisting: 'inject, with useFactory',
};

/** Whether factories may stand there. */
export type Kind = 'plain' | 'async';

/** Refuses what makes no sense, before Nest makes anything of it. */
export function checkBreakers(where: string, breakers: readonly AsyncBreaker[], kind: Kind): void {
  checkList(where, 'breaker', breakers);
  for (const breaker of breakers) {
    const place = `${where}, breaker "${breaker.name}"`;
    if (breaker.supervised !== undefined) checkSupervised(place, breaker);
    else checkOne(place, breaker, kind, checkOptions);
  }
}

export function checkRegistries(where: string, registries: readonly AsyncRegistry[], kind: Kind): void {
  checkList(where, 'registry', registries);
  for (const registry of registries) {
    checkOne(`${where}, registry "${registry.name}"`, registry, kind, checkRegistryOptions);
  }
}

/** The options that hold for all, as they stand or as a factory gave them. */
export function checkDefaults(where: string, options: unknown): asserts options is BreakerDefaults {
  checkObject(where, options);
  checkNames(where, options, Object.keys(DEFAULTS));
  inSetup(where, () => new CircuitBreaker(options));
}

export function checkOptions(where: string, options: unknown): asserts options is CircuitBreakerOptions {
  checkObject(where, options);
  checkNames(where, options, Object.keys(BREAKER_OPTIONS));
  inSetup(where, () => new CircuitBreaker(options));
}

export function checkRegistryOptions(where: string, options: unknown): asserts options is BreakerRegistryOptions {
  checkObject(where, options);
  checkNames(where, options, Object.keys(REGISTRY_OPTIONS));
  inSetup(where, () => new CircuitBreakerRegistry(options));
}

export function checkObject(where: string, options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null) return;
  throw new BreakerSetupError(where, `its options must be an object, got ${String(options)}.`);
}

/** Refuses what is not among these: it would be ignored. */
export function checkNames(where: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !names.includes(key));
  if (unknown === undefined) return;
  const hint = Object.hasOwn(ELSEWHERE, unknown) ? ` Did you mean ${ELSEWHERE[unknown]}?` : '';
  throw new BreakerSetupError(where, `there is no option \`${unknown}\`: it takes ${names.join(', ')}.${hint}`);
}

/** `useFactory` and what belongs to it. */
export function checkFactory(where: string, { imports, inject, useFactory }: Readonly<Record<string, unknown>>): void {
  if (typeof useFactory !== 'function') {
    throw new BreakerSetupError(where, '`useFactory` must be a function that gives options.');
  }
  for (const [name, list] of Object.entries({ imports, inject })) {
    if (list !== undefined && !Array.isArray(list)) throw new BreakerSetupError(where, `\`${name}\` must be an array.`);
  }
}

/** `isGlobal` of a module. */
export function checkGlobal(where: string, isGlobal: unknown): void {
  if (isGlobal === undefined || typeof isGlobal === 'boolean') return;
  throw new BreakerSetupError(where, '`isGlobal` must be true or false.');
}

function checkList(where: string, what: 'breaker' | 'registry', list: readonly { readonly name: string }[]): void {
  const [option, article] = what === 'breaker' ? ['breakers', 'a breaker'] : ['registries', 'a registry'];
  if (!Array.isArray(list)) {
    throw new BreakerSetupError(where, `\`${option}\` must be an array of { name, …options }.`);
  }
  const names = new Set<unknown>();
  for (const { name } of list.map((each: unknown) => (each ?? {}) as { readonly name?: unknown })) {
    if (typeof name !== 'string' || name === '') {
      throw new BreakerSetupError(where, `${article} needs a \`name\`, a non-empty string.`);
    }
    if (names.has(name)) throw new BreakerSetupError(where, `two of \`${option}\` are named "${name}": rename one.`);
    names.add(name);
  }
}

function checkOne(
  where: string,
  each: AsyncBreaker | AsyncRegistry,
  kind: Kind,
  check: (where: string, options: unknown) => void,
): void {
  if (!FACTORY_OPTIONS.some((name) => name in each)) {
    const { name: _, ...options } = each;
    check(where, options);
  } else if (kind === 'plain') {
    throw new BreakerSetupError(where, 'its options come from a factory: use forRootAsync or forFeatureAsync.');
  } else {
    checkNames(where, each, ['name', ...FACTORY_OPTIONS]);
    checkFactory(where, { ...each });
  }
}

function checkSupervised(where: string, breaker: AsyncBreaker): void {
  const surplus = Object.keys(breaker).filter((key) => key !== 'name' && key !== 'supervised');
  if ((breaker.supervised as unknown) === true && surplus.length === 0) return;
  throw new BreakerSetupError(
    where,
    '`supervised: true` stands beside the name alone: give the options to CircuitBreaker.childSpec, among the children of a supervisor.',
  );
}
