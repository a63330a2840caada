import { type DynamicModule, type FactoryProvider, Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Runtime } from '@rookery/genserver';
import { checkSupervisionOptions } from './check-options.js';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from './supervision-options.js';
import { ChildFactory } from './tree/child-factory.js';
import { readTree } from './tree/declaration.js';
import { serverProviders } from './tree/server-providers.js';
import { ServerHosts } from './tree/server-hosts.js';
import { ShutdownDeadline } from './tree/shutdown-deadline.js';
import { TreeExplorer } from './tree/tree-explorer.js';
import { TreeLogger } from './tree/tree-logger.js';
import { TreeRunner } from './tree/tree-runner.js';

/** The runtime, whose servers are made by Nest. */
const runtimeProvider: FactoryProvider<Runtime> = {
  provide: Runtime,
  useFactory: ({ clock }: SupervisionOptions, { create }: ChildFactory) =>
    new Runtime({ create, ...(clock !== undefined && { clock }) }),
  inject: [SUPERVISION_OPTIONS, ChildFactory],
};

/**
 * A supervision tree as part of a Nest application: `SupervisionModule.forRoot({ root: AppSupervisor })`. The tree is up before
 * the app listens, and stops in reverse after the app has stopped listening. Gives `Runtime`, and all that `@InjectServer`
 * injects, to every module.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [ServerHosts, ChildFactory, TreeExplorer, ShutdownDeadline, TreeRunner, TreeLogger, runtimeProvider],
  exports: [Runtime],
})
export class SupervisionModule {
  /** Throws an InvalidOptionError or a TreeError at once when the options or the tree make no sense. */
  static forRoot(options: SupervisionOptions): DynamicModule {
    checkSupervisionOptions(options);
    const servers = serverProviders(readTree(options.root));
    return {
      module: SupervisionModule,
      providers: [{ provide: SUPERVISION_OPTIONS, useValue: options }, ...servers],
      exports: servers.map(({ provide }) => provide),
    };
  }
}
