import { type DynamicModule, Global, Module } from '@nestjs/common';
import { BootCheck } from './boot-check.js';
import {
  asyncDefaultsProvider,
  type BreakerProvider,
  breakerProvider,
  defaultsProvider,
  importsOf,
  providersOf,
  registryProvider,
} from './breaker-providers.js';
import { DEFAULT_REGISTRY } from './breaker-token.js';
import {
  checkBreakers,
  checkDefaults,
  checkFactory,
  checkGlobal,
  checkNames,
  checkObject,
  checkRegistries,
  type Kind,
} from './check-breakers.js';
import { CircuitBreakerHealthIndicator } from './circuit-breaker-health.js';
import { CircuitBreakers } from './circuit-breakers.js';
import type {
  AsyncBreaker,
  AsyncRegistry,
  CircuitBreakerFeatureAsyncOptions,
  CircuitBreakerFeatureOptions,
  CircuitBreakerModuleAsyncOptions,
  CircuitBreakerModuleOptions,
} from './module-options.js';
import { OpenBreakers } from './open-breakers.js';

/** What there is once in an application, however many modules bring breakers. */
@Global()
@Module({
  providers: [OpenBreakers, CircuitBreakers, CircuitBreakerHealthIndicator, BootCheck],
  exports: [OpenBreakers, CircuitBreakers, CircuitBreakerHealthIndicator],
})
class BreakersOfApplicationModule {}

/**
 * Circuit breakers as providers: `@InjectCircuitBreaker(name)` injects them, `@CircuitBreaker(name)` puts them before methods. They are plain
 * CircuitBreaker objects, ended in `onApplicationShutdown`, after the last answer, or, with `supervised: true`, refs to children of the
 * supervision tree. All its methods throw a BreakerSetupError for options that make no sense; what a factory gave, and names that
 * are taken, fail the boot with one.
 */
@Module({ imports: [BreakersOfApplicationModule] })
export class CircuitBreakerModule {
  /** These breakers and registries, and the default registry, for every module; the other options hold for all breakers. */
  static forRoot(options: CircuitBreakerModuleOptions = {}): DynamicModule {
    const where = 'CircuitBreakerModule.forRoot';
    checkObject(where, options);
    const { breakers = [], registries = [], isGlobal = true, ...defaults } = options;
    checkDefaults(where, defaults);
    checkLists(where, breakers, registries, 'plain');
    return moduleOf(where, { breakers, registries: withDefault(registries), isGlobal }, defaultsProvider(defaults));
  }

  /** The same, with the options that hold for all from `useFactory`; those of one breaker or registry may come from a factory of its own. */
  static forRootAsync(options: CircuitBreakerModuleAsyncOptions): DynamicModule {
    const where = 'CircuitBreakerModule.forRootAsync';
    checkObject(where, options);
    checkNames(where, options, ['imports', 'inject', 'useFactory', 'breakers', 'registries', 'isGlobal']);
    checkFactory(where, { ...options });
    const { breakers = [], registries = [], isGlobal = true } = options;
    checkLists(where, breakers, registries, 'async');
    const all = { breakers, registries: withDefault(registries), isGlobal };
    const { imports = [], ...module } = moduleOf(where, all, asyncDefaultsProvider(where, options));
    return { ...module, imports: [...imports, ...importsOf(options)] };
  }

  /** Breakers and registries for the modules that import this. What holds for all in `forRoot` holds for them, too. */
  static forFeature(options: CircuitBreakerFeatureOptions): DynamicModule {
    return featureOf('CircuitBreakerModule.forFeature', options, 'plain');
  }

  /** The same, with options from factories: `{ breakers: [{ name, imports, inject, useFactory }] }`. */
  static forFeatureAsync(options: CircuitBreakerFeatureAsyncOptions): DynamicModule {
    return featureOf('CircuitBreakerModule.forFeatureAsync', options, 'async');
  }
}

function featureOf(where: string, options: CircuitBreakerFeatureAsyncOptions, kind: Kind): DynamicModule {
  checkObject(where, options);
  checkNames(where, options, ['breakers', 'registries', 'isGlobal']);
  const { breakers = [], registries = [] } = options;
  checkLists(where, breakers, registries, kind);
  return moduleOf(where, options);
}

function moduleOf(
  where: string,
  { breakers = [], registries = [], isGlobal = false }: CircuitBreakerFeatureAsyncOptions,
  ...more: readonly BreakerProvider[]
): DynamicModule {
  checkGlobal(where, isGlobal);
  return {
    module: CircuitBreakerModule,
    global: isGlobal,
    imports: importsOf(...breakers, ...registries),
    ...providersOf(
      ...more,
      ...breakers.map((breaker) => breakerProvider(where, breaker)),
      ...registries.map((registry) => registryProvider(where, registry)),
    ),
  };
}

function checkLists(
  where: string,
  breakers: readonly AsyncBreaker[],
  registries: readonly AsyncRegistry[],
  kind: Kind,
): void {
  checkBreakers(where, breakers, kind);
  checkRegistries(where, registries, kind);
}

function withDefault(registries: readonly AsyncRegistry[]): readonly AsyncRegistry[] {
  const hasDefault = registries.some(({ name }) => name === DEFAULT_REGISTRY);
  return hasDefault ? registries : [{ name: DEFAULT_REGISTRY }, ...registries];
}
