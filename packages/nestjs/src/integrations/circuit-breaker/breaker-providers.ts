import type { FactoryProvider, Provider } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { type Breaker, CircuitBreakerRef, type CircuitBreakerRegistry } from '@rookery/circuit-breaker';
import { getServerToken } from '../../decorators/tokens.js';
import { getCircuitBreakerRegistryToken, getCircuitBreakerToken } from './breaker-token.js';
import { checkDefaults, checkOptions, checkRegistryOptions } from './check-breakers.js';
import { BreakerSetupError } from './errors.js';
import { mergeOptions } from './merge-options.js';
import type {
  AsyncBreaker,
  AsyncRegistry,
  BreakerDefaults,
  CircuitBreakerModuleAsyncOptions,
} from './module-options.js';
import { OpenBreakers } from './open-breakers.js';

/** What holds for all breakers: `forRoot` provides it, `forFeature` takes it where it sees it. */
const BREAKER_DEFAULTS = 'the options of CircuitBreakerModule.forRoot';

const SHARED: NonNullable<FactoryProvider['inject']> = [OpenBreakers, { token: BREAKER_DEFAULTS, optional: true }];

/** What a module provides and exports. */
export type BreakerProvider = FactoryProvider & { readonly provide: string };

export function defaultsProvider(defaults: BreakerDefaults): BreakerProvider {
  return { provide: BREAKER_DEFAULTS, useFactory: () => defaults };
}

export function asyncDefaultsProvider(
  where: string,
  { inject = [], useFactory: give }: Pick<CircuitBreakerModuleAsyncOptions, 'inject' | 'useFactory'>,
): BreakerProvider {
  const useFactory = async (...dependencies: unknown[]): Promise<BreakerDefaults> => {
    const defaults: unknown = await give(...(dependencies as never[]));
    checkDefaults(where, defaults);
    return defaults;
  };
  return { provide: BREAKER_DEFAULTS, useFactory, inject };
}

/** What makes a breaker, or the way to it. */
export function breakerProvider(where: string, breaker: AsyncBreaker): BreakerProvider {
  const { name } = breaker;
  const provide = getCircuitBreakerToken(name);
  const place = `${where}, breaker "${name}"`;
  if (breaker.supervised === true) {
    const useFactory = (open: OpenBreakers, runtime?: Runtime, ref?: unknown): CircuitBreakerRef =>
      open.add(place, name, supervised(place, name, runtime, ref));
    const inject = [OpenBreakers, ...[Runtime, getServerToken(name)].map((token) => ({ token, optional: true }))];
    return { provide, useFactory, inject };
  }
  const { give, inject } = optionsOf(breaker);
  const useFactory = async (open: OpenBreakers, defaults?: BreakerDefaults, ...rest: unknown[]): Promise<Breaker> => {
    const options = await give(rest);
    checkOptions(place, options);
    return open.make(place, name, mergeOptions(defaults ?? {}, options));
  };
  return { provide, useFactory, inject: [...SHARED, ...inject] };
}

export function registryProvider(where: string, registry: AsyncRegistry): BreakerProvider {
  const { name } = registry;
  const place = `${where}, registry "${name}"`;
  const { give, inject } = optionsOf(registry);
  const useFactory = async (
    open: OpenBreakers,
    defaults?: BreakerDefaults,
    ...rest: unknown[]
  ): Promise<CircuitBreakerRegistry> => {
    const options = await give(rest);
    checkRegistryOptions(place, options);
    return open.makeRegistry(place, name, mergeOptions(defaults ?? {}, options));
  };
  return { provide: getCircuitBreakerRegistryToken(name), useFactory, inject: [...SHARED, ...inject] };
}

/** The modules whose exports the factories inject. */
export function importsOf(
  ...all: readonly (AsyncBreaker | AsyncRegistry | Pick<CircuitBreakerModuleAsyncOptions, 'imports'>)[]
): NonNullable<CircuitBreakerModuleAsyncOptions['imports']> {
  return all.flatMap((each) => ('imports' in each ? (each.imports ?? []) : []));
}

/** How the options of one come about, and what is injected for that. */
function optionsOf(each: Exclude<AsyncBreaker, { supervised: true }> | AsyncRegistry): {
  readonly give: (dependencies: readonly unknown[]) => unknown;
  readonly inject: NonNullable<FactoryProvider['inject']>;
} {
  if (each.useFactory === undefined) {
    const { name: _, ...options } = each;
    return { give: () => options, inject: [] };
  }
  const { useFactory, inject = [] } = each;
  return { give: (dependencies) => useFactory(...(dependencies as never[])), inject };
}

/** The ref that the tree gives by that name: without one, a misspelt name would reject all calls for ever. */
function supervised(where: string, name: string, runtime: Runtime | undefined, ref: unknown): CircuitBreakerRef {
  if (ref instanceof CircuitBreakerRef) return ref;
  throw new BreakerSetupError(where, `it is \`supervised\`, and ${problemOf(name, runtime, ref)}.`);
}

function problemOf(name: string, runtime: Runtime | undefined, ref: unknown): string {
  const remedy = `list CircuitBreaker.childSpec({ name: '${name}', … }) among the children of a supervisor`;
  if (runtime === undefined) {
    return 'the application has no supervision tree: import SupervisionModule.forRoot, or leave `supervised` out';
  }
  if (ref === undefined) return `no child of the supervision tree has that name: ${remedy}, or correct the name`;
  return `the child of that name is no circuit breaker: ${remedy}`;
}

/** For Nest, which takes an array that can be changed. */
export function providersOf(...providers: readonly BreakerProvider[]): { providers: Provider[]; exports: string[] } {
  return { providers: [...providers], exports: providers.map(({ provide }) => provide) };
}
