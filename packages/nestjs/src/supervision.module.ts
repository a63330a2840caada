import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Runtime } from '@rookery/genserver';
import { checkSupervisionOptions } from './check-options.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, type OPTIONS_TYPE } from './supervision.module-definition.js';
import type { SupervisionOptions } from './supervision-options.js';
import { ChildFactory } from './tree/child-factory.js';
import { readTree } from './tree/declaration.js';
import { serverProviders } from './tree/server-providers.js';
import { ShutdownDeadline } from './tree/shutdown-deadline.js';
import { TreeExplorer } from './tree/tree-explorer.js';
import { TreeLogger } from './tree/tree-logger.js';
import { TreeRunner } from './tree/tree-runner.js';

/** The runtime, whose servers are made by Nest. */
const runtimeProvider: FactoryProvider<Runtime> = {
  provide: Runtime,
  useFactory: ({ clock }: SupervisionOptions, { create }: ChildFactory) =>
    new Runtime({ create, ...(clock !== undefined && { clock }) }),
  inject: [MODULE_OPTIONS_TOKEN, ChildFactory],
};

/**
 * A supervision tree as part of a Nest application: `SupervisionModule.forRoot({ root: AppSupervisor })`. The tree is up before
 * the app listens, and stops in reverse after the app has stopped listening. Gives `Runtime`, and all that `@InjectServer`
 * injects, to every module.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [ChildFactory, TreeExplorer, ShutdownDeadline, TreeRunner, TreeLogger, runtimeProvider],
  exports: [Runtime],
})
export class SupervisionModule extends ConfigurableModuleClass {
  /** Throws an InvalidOptionError or a TreeError at once when the options or the tree make no sense. */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    checkSupervisionOptions(options);
    const module = super.forRoot(options);
    const servers = serverProviders(readTree(options.root));
    return {
      ...module,
      providers: [...(module.providers ?? []), ...servers],
      exports: [...(module.exports ?? []), ...servers.map(({ provide }) => provide)],
    };
  }
}
