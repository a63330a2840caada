import { type DynamicModule, Inject, Module, type NestModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { checkBoolean, checkNames, checkObject, checkSettings } from './check-settings.js';
import { HealthSetupError } from './errors.js';
import { IndicatorFinder } from './find-indicators.js';
import { HealthRunner } from './health-runner.js';
import { HealthService } from './health-service.js';
import { HealthSource } from './health-source.js';
import {
  HEALTH_OPTIONS,
  type HealthModuleAsyncOptions,
  type HealthModuleOptions,
  type HealthModuleSettings,
} from './module-options.js';
import { ProbeMount } from './probe-mount.js';
import { TreePlace } from './tree-place.js';

/**
 * Health checks of an application: `@HealthIndicator` methods and built-in checks run in the background, and `/livez`, `/readyz`,
 * `/startupz` and `/health` are answered from what they said last. With SupervisionModule it is a child of the tree. Gives
 * HealthService. Its methods throw a HealthSetupError for options that make no sense; what only shows when all modules are known
 * fails the boot with one.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [IndicatorFinder, HealthSource, TreePlace, ProbeMount, HealthRunner, HealthService],
  exports: [HealthService],
})
export class HealthModule implements NestModule {
  constructor(@Inject(ProbeMount) private readonly probes: ProbeMount) {}

  /** Options as they stand. */
  static forRoot(options: HealthModuleOptions = {}): DynamicModule {
    const where = 'HealthModule.forRoot';
    checkObject(where, 'the options', options);
    const { isGlobal = true, ...settings } = options;
    checkBoolean(where, 'isGlobal', isGlobal);
    checkSettings(where, settings);
    return moduleOf(isGlobal, { provide: HEALTH_OPTIONS, useValue: settings });
  }

  /** The same with settings from other providers. */
  static forRootAsync(options: HealthModuleAsyncOptions): DynamicModule {
    const where = 'HealthModule.forRootAsync';
    checkObject(where, 'the options', options);
    checkNames(where, options, ['imports', 'inject', 'useFactory', 'isGlobal']);
    const { imports = [], inject = [], useFactory: give, isGlobal = true } = options;
    checkBoolean(where, 'isGlobal', isGlobal);
    if (typeof give !== 'function') {
      throw new HealthSetupError(where, '`useFactory` must be a function that gives the options.');
    }
    for (const [name, list] of Object.entries({ imports, inject })) {
      if (!Array.isArray(list)) throw new HealthSetupError(where, `\`${name}\` must be an array.`);
    }
    const useFactory = async (...dependencies: unknown[]): Promise<HealthModuleSettings> => {
      const settings: unknown = await give(...(dependencies as never[]));
      checkSettings(where, settings);
      return settings;
    };
    return moduleOf(isGlobal, { provide: HEALTH_OPTIONS, useFactory, inject }, imports);
  }

  /** Nest calls it before it maps controllers: this has no middleware to configure. */
  async configure(): Promise<void> {
    await this.probes.mount();
  }
}

function moduleOf(
  global: boolean,
  options: Provider,
  imports: NonNullable<DynamicModule['imports']> = [],
): DynamicModule {
  return { module: HealthModule, global, imports, providers: [options] };
}
