import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { guardMethod } from './guarded-method.js';

/**
 * Rings when Nest begins to close, before it calls a hook that may keep it waiting: this module's hooks are among the last. Before
 * each kind of hook Nest asks module after module for its providers; it goes through the modules in one order at boot, and in reverse when it closes.
 * So the first that it asks once more has the first shutdown hooks.
 */
@Injectable()
export class ShutdownBell {
  readonly #guards = new Set<() => void>();

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** To be called while Nest calls the bootstrap hooks of the module of `owner`. It may ring more than once. */
  install(owner: object, ring: () => void): void {
    for (const module of this.modules.values()) {
      const isOwn = [...module.providers.values()].some(({ instance }) => instance === owner);
      let bootstraps = isOwn ? 0 : 1;
      const remove = guardMethod(module, 'getNonAliasProviders', {
        calls: bootstraps + 1,
        isOne: () => true,
        around: (call) => {
          if (bootstraps-- === 0) ring();
          return call();
        },
        onRemoved: (removed) => void this.#guards.delete(removed),
      });
      if (remove !== undefined) this.#guards.add(remove);
    }
  }

  remove(): void {
    for (const remove of this.#guards) remove();
  }
}
