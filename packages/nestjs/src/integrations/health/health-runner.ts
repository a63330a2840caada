import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type InjectionToken,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { HealthCheck, type HealthCheckChildOptions } from '@rookery/health-check';
import { builtInChecks } from './built-in.js';
import { coreOptionsOf } from './check-settings.js';
import { HealthSetupError, inSetup } from './errors.js';
import { type FoundCheck, IndicatorFinder } from './find-indicators.js';
import { HealthSource } from './health-source.js';
import { HEALTH_OPTIONS, type HealthModuleSettings } from './module-options.js';
import { ProbeMount } from './probe-mount.js';
import { TreePlace } from './tree-place.js';

/** The life of the health check in the application: as a child of its tree, or by itself. */
@Injectable()
export class HealthRunner
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  /** What starts when the application does; undefined where the tree starts it. */
  #options: HealthCheckChildOptions | undefined;
  #own: HealthCheck | undefined;
  #answered: (() => void) | undefined;
  #stopListening: (() => void) | undefined;

  constructor(
    @Inject(HEALTH_OPTIONS) private readonly settings: HealthModuleSettings,
    @Inject(IndicatorFinder) private readonly finder: IndicatorFinder,
    @Inject(HealthSource) private readonly source: HealthSource,
    @Inject(TreePlace) private readonly place: TreePlace,
    @Inject(ProbeMount) private readonly probes: ProbeMount,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(ModulesContainer) private readonly all: ModulesContainer,
  ) {}

  /** Everything is checked here, and nothing is started. */
  onModuleInit(): void {
    this.#checkOnlyOne();
    const { tree, shutdownState } = this.place;
    const { supervised = tree !== undefined } = this.settings;
    const options = this.#complete();
    if (supervised) this.source.health = this.place.add(this.#spec(options));
    else this.#options = options;
    if (shutdownState === undefined) return;
    this.#refuseDelay();
    this.#stopListening = shutdownState.subscribe((phase) => {
      if (phase === 'stopping') this.source.started?.beginShutdown();
      if (phase === 'stopped') this.#close(); // the last to go, so that who probes sees it draining
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.#options !== undefined) {
      const { name = 'health', ...options } = this.#options;
      this.#own = this.source.health = new HealthCheck({ label: String(name), ...options, ...this.#clock() });
    }
    await this.probes.listen();
  }

  /** The first that Nest calls. With a tree its ShutdownState has said so, or does now. */
  onModuleDestroy(): void {
    this.source.started?.beginShutdown();
  }

  /** Requests are still taken meanwhile. */
  async beforeApplicationShutdown(): Promise<void> {
    const { shutdownDelayMs: delayMs = 0 } = this.settings;
    const health = this.#own;
    if (health === undefined || this.place.shutdownState !== undefined) return;
    const answered = new Promise<void>((resolve) => (this.#answered = resolve));
    await new Promise<void>((resolve) => {
      const drain = (): Promise<void> => {
        resolve();
        return answered;
      };
      // Somebody else may have begun it with a drain of their own, or closed it.
      health.shutdown({ delayMs, drainTimeoutMs: Infinity, drain }).then(
        () => resolve(),
        () => resolve(),
      );
    });
  }

  onApplicationShutdown(): void {
    this.#answered?.();
    if (this.place.shutdownState === undefined) this.#close();
  }

  #close(): void {
    this.#stopListening?.();
    this.#own?.close();
    this.probes.close();
  }

  /** The options of the health check, with all checks that there are. */
  #complete(): HealthCheckChildOptions {
    const { name = 'health', checks = [], builtIn = {} } = this.settings;
    const core = coreOptionsOf(this.settings);
    const found: readonly FoundCheck[] = [
      ...builtInChecks(builtIn, this.place.tree, (token) => this.#resolve(token)),
      ...checks.map((check) => ({ where: 'the option `checks` of HealthModule', check })),
      ...this.finder.find(),
    ];
    checkNames(found);
    for (const { where, check } of found) inSetup(where, () => HealthCheck.childSpec({ ...core, checks: [check] }));
    return { ...core, name, checks: found.map(({ check }) => check) };
  }

  #spec({
    clock,
    ...options
  }: HealthCheckChildOptions & { readonly clock?: unknown }): ReturnType<typeof HealthCheck.childSpec> {
    if (clock === undefined) return HealthCheck.childSpec(options);
    throw new HealthSetupError(
      'HealthModule',
      'in a supervision tree its `clock` is that of the tree: leave it out here.',
    );
  }

  #clock(): Pick<HealthModuleSettings, 'clock'> {
    const { clock } = this.settings;
    return clock === undefined ? {} : { clock };
  }

  #resolve(token: InjectionToken): unknown {
    try {
      return this.modules.get(token, { strict: false });
    } catch {
      return undefined; // its caller says which option it was
    }
  }

  #refuseDelay(): void {
    if (this.settings.shutdownDelayMs === undefined) return;
    throw new HealthSetupError(
      'HealthModule',
      'with a supervision tree `shutdownDelayMs` is part of its deadline: give SupervisionModule `readinessDelayMs`.',
    );
  }

  #checkOnlyOne(): void {
    const modules = [...this.all.values()].filter((module) => module.hasProvider(HealthRunner));
    if (modules.length < 2) return;
    throw new HealthSetupError(
      'HealthModule',
      `it is in the application ${modules.length} times: import forRoot once, in the root module.`,
    );
  }
}

/** Each name once, so that none hides another. */
function checkNames(found: readonly FoundCheck[]): void {
  const holders = new Map<string, string>();
  for (const { where, check } of found) {
    const holder = holders.get(check.name);
    if (holder !== undefined) {
      throw new HealthSetupError(where, `${holder} has the name "${check.name}", too: give one of them another.`);
    }
    holders.set(check.name, where);
  }
}
