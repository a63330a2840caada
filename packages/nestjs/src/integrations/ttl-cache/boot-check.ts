import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { cachedMethodsOf } from './cached-methods.js';
import { CacheSetupError } from './errors.js';

type NestModule = Parameters<Parameters<ModulesContainer['forEach']>[0]>[0];

/** Finds, when all modules are known, what would go wrong in silence. */
@Injectable()
export class BootCheck implements OnModuleInit {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** Throws a CacheSetupError, or warns of what may be meant. */
  onModuleInit(): void {
    const modules = [...this.modules.values()];
    const own = modules.filter(isOurs);
    if (own[0]?.getProviderByKey(BootCheck)?.instance !== this) return; // there is one in each TtlCacheModule
    for (const module of own) checkScopes(module);
    for (const module of modules) {
      checkNames(module);
      warnOfUncached(module);
    }
  }
}

function isOurs(module: NestModule): boolean {
  return module.hasProvider(BootCheck);
}

/** Nest would make a cache for each request. */
function checkScopes(module: NestModule): void {
  for (const token of module.exports) {
    const made = module.providers.get(token);
    if (made === undefined || made.isDependencyTreeStatic()) continue;
    const problem = 'its `useFactory` injects a request-scoped provider, so each request would have a cache of its own';
    throw new CacheSetupError(
      'TtlCacheModule',
      `${String(token)}: ${problem}: inject what lives as long as the application.`,
    );
  }
}

/** Nest takes one of two caches that a module sees under one name. One of `forFeature` may hide a global one. */
function checkNames(module: NestModule): void {
  const sources = [...module.imports].filter(isOurs);
  const near = exportedTwice(sources.filter(({ isGlobal }) => !isGlobal));
  if (near !== undefined) refuse(module.name, near, 'two of its imports give it', 'import one of them');
  const everywhere = exportedTwice(sources.filter(({ isGlobal }) => isGlobal));
  if (everywhere === undefined) return;
  refuse('TtlCacheModule', everywhere, 'two global modules give it', 'call forRoot once, or rename one of them');
}

function exportedTwice(modules: readonly NestModule[]): string | undefined {
  const seen = new Set<unknown>();
  for (const token of modules.flatMap((module) => [...module.exports])) {
    if (seen.has(token)) return String(token);
    seen.add(token);
  }
  return undefined;
}

function refuse(where: string, token: string, problem: string, remedy: string): never {
  throw new CacheSetupError(where, `${token}: ${problem}, and only one could be injected: ${remedy}.`);
}

/** Nest injects no properties into what it has not made. A test may want just that, so this does not fail the boot. */
function warnOfUncached(module: NestModule): void {
  for (const { isNotMetatype, instance } of module.providers.values()) {
    const method = isNotMetatype
      ? cachedMethodsOf(instance).find(({ property }) => !hasCache(instance, property))
      : undefined;
    if (method === undefined) continue;
    new Logger('TtlCacheModule').warn(
      `${method.name} of ${module.name} is @Cached, and is not cached: useFactory or useValue made the instance, so Nest injects no cache into ` +
        'it. Provide the class.',
    );
  }
}

function hasCache(instance: unknown, property: symbol): boolean {
  return (instance as Record<symbol, unknown>)[property] !== undefined;
}
