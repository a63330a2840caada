import { type DynamicModule, type FactoryProvider, Global, Module, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Runtime } from '@rookery/genserver';
import { asyncOptionsProviders } from './async-options.js';
import { checkAsyncOptions, checkFeatureOptions, checkSupervisionOptions } from './check-options.js';
import {
  DECLARED_OPTIONS,
  SUPERVISION_OPTIONS,
  type SupervisionAsyncOptions,
  type SupervisionFeatureOptions,
  type SupervisionOptions,
} from './supervision-options.js';
import { SupervisionEvents } from './observables/supervision-events.js';
import { BeforeStop } from './tree/before-stop.js';
import { ChildFactory } from './tree/child-factory.js';
import { Contribution, Features } from './tree/features.js';
import { ClosingApplication } from './tree/give-up.js';
import { HookGuards } from './tree/hook-guards.js';
import { readChildren, readTree } from './tree/read-tree.js';
import { ServerHosts } from './tree/server-hosts.js';
import { refProviders } from './tree/server-providers.js';
import { ShutdownBell } from './tree/shutdown-bell.js';
import { ShutdownDeadline } from './tree/shutdown-deadline.js';
import { ApplicationPhases, ShutdownState } from './tree/shutdown-state.js';
import { TreeExplorer } from './tree/tree-explorer.js';
import { TreeLogger } from './tree/tree-logger.js';
import { TreePlan } from './tree/tree-plan.js';
import { TreeRunner } from './tree/tree-runner.js';

/** The runtime, whose servers are made by Nest. */
const runtimeProvider: FactoryProvider<Runtime> = {
  provide: Runtime,
  useFactory: ({ clock, random, redact, asyncContext }: SupervisionOptions, { create }: ChildFactory) =>
    new Runtime({
      create,
      ...(clock !== undefined && { clock }),
      ...(random !== undefined && { random }),
      ...(redact !== undefined && { redact }),
      ...(asyncContext !== undefined && { asyncContext }),
    }),
  inject: [SUPERVISION_OPTIONS, ChildFactory],
};

/** No alias: Nest 11 looks behind aliases, also where a test has overridden them. */
const optionsProvider: FactoryProvider<SupervisionOptions> = {
  provide: SUPERVISION_OPTIONS,
  useFactory: (declared: SupervisionOptions) => declared,
  inject: [DECLARED_OPTIONS],
};

/** What a feature module contributes: apart, so that it brings nothing else with it. */
@Module({})
class SupervisionFeatureModule {}

/**
 * A supervision tree as part of a Nest application: `SupervisionModule.forRoot({ root: AppSupervisor })`. The tree is up before
 * the app listens, and stops in reverse after the app has stopped listening. Gives `Runtime`, and all that `@InjectServer` and its
 * kin inject, to every module.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    TreePlan,
    ServerHosts,
    ChildFactory,
    Features,
    TreeExplorer,
    ShutdownDeadline,
    BeforeStop,
    ApplicationPhases,
    { provide: ShutdownState, useExisting: ApplicationPhases },
    HookGuards,
    ShutdownBell,
    ClosingApplication,
    TreeRunner,
    TreeLogger,
    SupervisionEvents,
    optionsProvider,
    runtimeProvider,
  ],
  exports: [Runtime, ShutdownState, SupervisionEvents, Features, BeforeStop],
})
export class SupervisionModule {
  /** Throws an InvalidOptionError or a TreeError at once when the options or the tree make no sense. */
  static forRoot(options: SupervisionOptions): DynamicModule {
    checkSupervisionOptions(options);
    return rootModule(options.root, [{ provide: DECLARED_OPTIONS, useValue: options }]);
  }

  /**
   * The same with settings that come from other providers. The root is given here, as what can be injected follows from it; all
   * other options come from `useFactory` (with `inject`), or from `createSupervisionOptions()` of `useClass` or `useExisting`.
   * Throws as forRoot does; settings that make no sense fail the boot.
   */
  static forRootAsync(options: SupervisionAsyncOptions): DynamicModule {
    checkAsyncOptions(options);
    return { ...rootModule(options.root, asyncOptionsProviders(options)), imports: options.imports ?? [] };
  }

  /**
   * Children that a feature module contributes, at the place that `feature(at)` keeps in the tree. What is in the tree is injectable
   * in every module. Throws at once for children that make no sense; a place that is not there, or is taken, fails the boot.
   */
  static forFeature(options: SupervisionFeatureOptions): DynamicModule {
    checkFeatureOptions(options);
    const children = readChildren(options.children, `feature '${options.at}'`);
    const refs = refProviders(children);
    const module: DynamicModule = { module: SupervisionFeatureModule, global: true };
    const contribution = new Contribution(options.at, children, module);
    const useFactory = (features: Features): Contribution => features.add(contribution);
    return Object.assign(module, {
      providers: [{ provide: Contribution, useFactory, inject: [Features] }, ...refs],
      exports: refs.map(({ provide }) => provide),
    });
  }
}

function rootModule(root: SupervisionOptions['root'], options: readonly Provider[]): DynamicModule {
  const refs = refProviders([readTree(root)]);
  return {
    module: SupervisionModule,
    providers: [...options, ...refs],
    exports: refs.map(({ provide }) => provide),
  };
}
