import { type Names, namesOf } from '../naming.js';
import type { GenerateOptions } from '../options.js';
import { ownVersion } from '../own-version.js';
import { callsOf } from '../edit/decorated.js';
import { withImport } from '../edit/imports.js';
import { parse } from '../edit/source.js';
import { addDependencies } from '../project/dependencies.js';
import { addNamed, type Integration } from '../project/integrations.js';
import { appModule, moduleFor, withListed } from '../project/modules.js';
import { checkFreeIndicator } from '../project/names-taken.js';
import type { Project } from '../project/project.js';
import { breakerFile, breakerSpec } from '../templates/breaker.js';
import { cacheFile, cacheSpec } from '../templates/cache.js';
import { healthFile, healthSpec } from '../templates/health.js';
import { poolFile, poolSpec } from '../templates/pool.js';
import { createFiles, provide } from './parts.js';

const CACHES: Integration = {
  moduleName: 'TtlCacheModule',
  from: '@rookery/nestjs/ttl-cache',
  list: undefined,
  isUnique: false,
};
const BREAKERS: Integration = {
  moduleName: 'CircuitBreakerModule',
  from: '@rookery/nestjs/circuit-breaker',
  list: 'breakers',
  isUnique: true,
};
const POOLS: Integration = {
  moduleName: 'WorkerPoolModule',
  from: '@rookery/nestjs/worker-pool',
  list: undefined,
  isUnique: true,
};

/** A provider whose method is cached, and its cache in the nearest module. */
export function generateCache(project: Project, options: GenerateOptions): void {
  const names = namesOf('cache', project.sourceRoot, options);
  const entry = `{ name: '${names.base}', ttlMs: 60_000, maxEntries: 1_000 }`;
  registerNamed(project, names, options, CACHES, entry);
  finish(project, names, options, 'ttl-cache', cacheFile(names), cacheSpec);
}

/** A provider whose method is guarded, and its breaker in the nearest module. */
export function generateBreaker(project: Project, options: GenerateOptions): void {
  const names = namesOf('breaker', project.sourceRoot, options);
  const entry = `{ name: '${names.base}', failureThreshold: 5, callTimeoutMs: 5_000 }`;
  registerNamed(project, names, options, BREAKERS, entry);
  finish(project, names, options, 'circuit-breaker', breakerFile(names), breakerSpec);
}

/** A provider whose method runs in a pool, and that pool in the nearest module. */
export function generatePool(project: Project, options: GenerateOptions): void {
  const names = namesOf('pool', project.sourceRoot, options);
  registerNamed(project, names, options, POOLS, `{ name: '${names.base}', size: 4, queue: { limit: 100 } }`);
  finish(project, names, options, 'worker-pool', poolFile(names), poolSpec);
}

/** A health indicator in the nearest module, and `HealthModule.forRoot()` in the root module, if nothing has it. */
export function generateHealth(project: Project, options: GenerateOptions): void {
  const names = namesOf('health', project.sourceRoot, options);
  if (options.skipImport !== true) {
    provide(project, names);
    checkFreeIndicator(project, names);
    addHealthModule(project);
  }
  finish(project, names, options, 'health-check', healthFile(names), healthSpec);
}

function registerNamed(
  project: Project,
  names: Names,
  options: GenerateOptions,
  integration: Integration,
  entry: string,
): void {
  if (options.skipImport === true) return;
  provide(project, names);
  addNamed(project, moduleFor(project, names.folder, names.className), integration, names.base, entry);
}

function addHealthModule(project: Project): void {
  const isThere = project
    .sources()
    .some((file) => callsOf(parse(project.read(file) ?? ''), 'HealthModule', ['forRoot', 'forRootAsync']).length > 0);
  if (isThere) return;
  const place = appModule(project);
  const text = project.read(place.file) ?? '';
  const imported = withImport(text, place.file.slice(1), { name: 'HealthModule', from: '@rookery/nestjs/health' });
  project.write(place.file, withListed(imported, place, 'imports', 'HealthModule.forRoot()'));
}

function finish(
  project: Project,
  names: Names,
  options: GenerateOptions,
  dependency: string,
  file: string,
  spec: (names: Names, extension: string) => string,
): void {
  createFiles(project, names, options, file, (extension) => spec(names, extension));
  addDependencies(project, 'dependencies', { [`@rookery/${dependency}`]: `^${ownVersion()}` });
}
