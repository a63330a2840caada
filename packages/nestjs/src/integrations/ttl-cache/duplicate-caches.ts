import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CacheSetupError } from './errors.js';

type Imported = Parameters<Parameters<ModulesContainer['forEach']>[0]>[0];

/** Nest takes one of two caches that a module sees under one name, and says nothing: this does. */
@Injectable()
export class DuplicateCaches implements OnModuleInit {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** Throws a CacheSetupError. A cache of `forFeature` may hide a global one of its name. */
  onModuleInit(): void {
    for (const module of this.modules.values()) {
      const sources = [...module.imports].filter((imported) => imported.hasProvider(DuplicateCaches));
      const isGlobal = (imported: Imported): boolean => imported.isGlobal;
      const twice = exportedTwice(sources.filter((source) => !isGlobal(source)));
      if (twice !== undefined) refuse(module.name, twice, 'two of its imports give it', 'import one of them');
      const everywhere = exportedTwice(sources.filter(isGlobal));
      if (everywhere === undefined) continue;
      refuse('TtlCacheModule', everywhere, 'two global modules give it', 'call forRoot once, or rename one of them');
    }
  }
}

function exportedTwice(modules: readonly Imported[]): string | undefined {
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
