import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { BreakerRegistryOptions, CircuitBreakerOptions } from '@rookery/circuit-breaker';

interface Named {
  /** No two breakers of an application have one name, nor do two registries. */
  readonly name: string;
}

/** Where options come from that other providers know. */
interface Factory<Options> {
  /** Modules whose exports `useFactory` injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Gives the options, or a promise of them. What it throws fails the boot. */
  readonly useFactory: (...dependencies: never[]) => Options | Promise<Options>;
}

/** What holds for all breakers of `forRoot` and `forFeature` that say nothing else, those of registries, too. */
export type BreakerDefaults = Omit<CircuitBreakerOptions, 'label'>;

/** A breaker with its options as they stand. Its `label` is its name, unless given. */
export interface PlainBreaker extends Named, CircuitBreakerOptions {
  readonly supervised?: never;
  readonly useFactory?: never;
}

/**
 * A breaker that is a child of the supervision tree, where `CircuitBreaker.childSpec({ name, … })` lists it with its options. What is
 * injected is a ref by name, so it survives restarts; until the tree is up it rejects all calls.
 */
export interface SupervisedBreaker extends Named {
  readonly supervised: true;
  readonly useFactory?: never;
}

/** A breaker of `forRoot` or `forFeature`. */
export type NamedBreaker = PlainBreaker | SupervisedBreaker;

/** A breaker whose options come from other providers, for `forRootAsync` and `forFeatureAsync`. */
export interface FactoryBreaker extends Named, Factory<CircuitBreakerOptions> {
  readonly supervised?: never;
}

/** A breaker of `forRootAsync` or `forFeatureAsync`: its name stands, as it is the token; its options may come from a factory. */
export type AsyncBreaker = FactoryBreaker | NamedBreaker;

/** A registry with its options as they stand. */
export interface NamedRegistry extends Named, BreakerRegistryOptions {
  readonly useFactory?: never;
}

/** A registry whose options come from other providers. */
export interface FactoryRegistry extends Named, Factory<BreakerRegistryOptions> {}

/** A registry of `forRootAsync` or `forFeatureAsync`. */
export type AsyncRegistry = FactoryRegistry | NamedRegistry;

/** What a feature brings. */
export interface CircuitBreakerFeatureOptions {
  readonly breakers?: readonly NamedBreaker[];
  readonly registries?: readonly NamedRegistry[];
  /** Whether every module sees them, not only those that import this one. Default false. */
  readonly isGlobal?: boolean;
}

/** What a feature brings, with options from factories. */
export interface CircuitBreakerFeatureAsyncOptions {
  readonly breakers?: readonly AsyncBreaker[];
  readonly registries?: readonly AsyncRegistry[];
  /** Whether every module sees them, not only those that import this one. Default false. */
  readonly isGlobal?: boolean;
}

/** The options that hold for all breakers, and these breakers and registries. */
export interface CircuitBreakerModuleOptions extends BreakerDefaults {
  readonly breakers?: readonly NamedBreaker[];
  /** Beside the default one, whose breakers have the options that hold for all; one of these may be named `default` in its place. */
  readonly registries?: readonly NamedRegistry[];
  /** Whether every module sees them, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}

/** Where the options come from that hold for all breakers, and these breakers and registries. */
export interface CircuitBreakerModuleAsyncOptions extends Factory<BreakerDefaults> {
  readonly breakers?: readonly AsyncBreaker[];
  readonly registries?: readonly AsyncRegistry[];
  /** Whether every module sees them, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}
