import { type CanActivate, Inject, Injectable, Logger, type Type, VersioningType } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { HealthSetupError } from './errors.js';
import { HealthSource } from './health-source.js';
import { HEALTH_OPTIONS, type HealthGuard, type HealthModuleSettings, type ProbePath } from './module-options.js';
import { OwnServer } from './own-server.js';
import { handlerFor, type ProbeHandler, probeHandler, type ProbeRoute } from './probe-answers.js';

const DEFAULT_PATHS: NonNullable<HealthModuleSettings['paths']> = {
  liveness: '/livez',
  readiness: '/readyz',
  startup: '/startupz',
  overall: '/health',
};

/** What guards are told that they guard: `context.getClass()`. */
export class HealthProbes {}

/** Puts the paths of the probes into the application, or on a port of their own. */
@Injectable()
export class ProbeMount {
  readonly #logger = new Logger('HealthModule');
  #server: OwnServer | undefined;

  constructor(
    @Inject(HEALTH_OPTIONS) private readonly settings: HealthModuleSettings,
    @Inject(HealthSource) private readonly source: HealthSource,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
  ) {}

  /** Before any route of a controller, so that none takes it away, and before middleware of modules. */
  async mount(): Promise<void> {
    if (this.settings.port !== undefined) return;
    const prefix = this.#prefix();
    for (const route of await this.#routes()) {
      const path = `${prefix}${route.path}`;
      this.http.httpAdapter.get(path, this.#versioned(this.#handler(route)));
      this.#logger.log(`Mapped {${path}, GET} to ${route.group}`);
    }
  }

  async listen(): Promise<void> {
    const { port, host } = this.settings;
    if (port === undefined) return;
    const routes = await this.#routes();
    const server = new OwnServer(handlerFor(new Map(routes.map((route) => [route.path, this.#handler(route)]))));
    this.source.address = await server.listen(port, host);
    this.#server = server;
    this.#logger.log(
      `Probes are answered on port ${this.source.address.port}: ${routes.map(({ path }) => path).join(', ')}`,
    );
  }

  close(): void {
    this.#server?.close();
    this.#server = this.source.address = undefined;
  }

  #handler(route: ProbeRoute): ProbeHandler {
    const { authorize } = this.settings;
    return probeHandler(route, { health: () => this.source.health, authorize, host: HealthProbes });
  }

  async #routes(): Promise<readonly ProbeRoute[]> {
    const { paths = {}, guards: shared = [] } = this.settings;
    const routes: ProbeRoute[] = [];
    for (const [group, given] of Object.entries({ ...DEFAULT_PATHS, ...paths })) {
      if (given === false) continue;
      const { path, guards = [], format }: ProbePath = typeof given === 'string' ? { path: given } : given;
      const taken = routes.find((route) => route.path === path);
      if (taken !== undefined) throw pathTwice(path, taken.group, group);
      routes.push({
        group,
        path,
        format,
        guards: await Promise.all([...shared, ...guards].map((each) => this.#guard(each))),
      });
    }
    return routes;
  }

  /** The one that a module provides, or else one that is made here. */
  async #guard(guard: HealthGuard): Promise<CanActivate> {
    if (typeof guard !== 'function') return guard;
    return this.#providedGuard(guard) ?? (await this.#makeGuard(guard));
  }

  #providedGuard(guard: Type<CanActivate>): CanActivate | undefined {
    try {
      return this.modules.get(guard, { strict: false });
    } catch {
      return undefined; // nobody provides it, which is how guards mostly are
    }
  }

  async #makeGuard(guard: Type<CanActivate>): Promise<CanActivate> {
    try {
      return await this.modules.create(guard);
    } catch (error) {
      const problem = `the guard ${guard.name} cannot be made: ${error instanceof Error ? error.message : String(error)} Provide it in a global module, or give an instance.`;
      throw new HealthSetupError('HealthModule', problem, { cause: error });
    }
  }

  #prefix(): string {
    const { globalPrefix = false, version } = this.settings;
    const versioning = this.config.getVersioning();
    if (version !== undefined && versioning === undefined) {
      throw new HealthSetupError(
        'HealthModule',
        'it has a `version`, and the application has none: call app.enableVersioning(), or leave it out.',
      );
    }
    const prefix = globalPrefix ? slashed(this.config.getGlobalPrefix()) : '';
    const versionPrefix = versioning?.type === VersioningType.URI ? (versioning.prefix ?? 'v') : undefined;
    const isInPath = version !== undefined && versionPrefix !== undefined;
    return `${prefix}${isInPath ? `/${versionPrefix === false ? '' : versionPrefix}${version}` : ''}`;
  }

  #versioned(handler: ProbeHandler): ProbeHandler {
    const { version } = this.settings;
    const versioning = this.config.getVersioning();
    if (version === undefined || versioning === undefined || versioning.type === VersioningType.URI) return handler;
    return this.http.httpAdapter.applyVersionFilter(handler, version, versioning) as unknown as ProbeHandler;
  }
}

function pathTwice(path: string, one: string, other: string): HealthSetupError {
  return new HealthSetupError(
    'HealthModule',
    `${one} and ${other} have the same path ${path}: give each its own, or \`false\`.`,
  );
}

/** `api/` as `/api`. */
function slashed(prefix: string): string {
  const bare = prefix.replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `/${bare}`;
}
