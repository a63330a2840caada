import { Inject, Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

type Hook = (...args: unknown[]) => unknown;

const SHUTDOWN_HOOKS = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown'] as const;

/**
 * Watches the hooks of all other providers, as Nest tells nobody of their failure: a bootstrap hook that fails must stop the tree that
 * runs already, and a shutdown hook that fails must not keep the later ones from running. Nest 12 logs the latter and goes on;
 * Nest 11 leaves out the rest, the stop of the tree too, and here is made to do as Nest 12.
 */
@Injectable()
export class HookGuards {
  readonly #logger = new Logger('Supervision');
  /** How to take each guard away. */
  readonly #guards = new Set<() => void>();

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** `onBootFailed` is waited for before Nest hears of the failure. */
  install(onBootFailed: () => Promise<void>): void {
    for (const instance of this.#instances()) {
      this.#guard(instance, 'onApplicationBootstrap', async (call) => {
        try {
          return await call();
        } catch (error) {
          await onBootFailed();
          throw error;
        }
      });
      for (const hook of SHUTDOWN_HOOKS) this.#guard(instance, hook, (call) => this.#logged(instance, hook, call));
    }
  }

  /** What is not called any more is as it was. */
  remove(): void {
    for (const remove of this.#guards) remove();
  }

  async #logged(instance: object, hook: string, call: () => unknown): Promise<void> {
    try {
      await call();
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      this.#logger.error(`${hook} of ${instance.constructor?.name ?? 'a provider'} failed; the shutdown goes on`, text);
    }
  }

  /** For one call: then the hook is the provider's own again, as values may be shared with other applications. */
  #guard(instance: object, name: string, around: (call: () => unknown) => Promise<unknown>): void {
    const hook: unknown = Reflect.get(instance, name);
    if (typeof hook !== 'function') return;
    const own = Reflect.getOwnPropertyDescriptor(instance, name);
    const remove = (): void => {
      this.#guards.delete(remove);
      if (own === undefined) Reflect.deleteProperty(instance, name);
      else Reflect.defineProperty(instance, name, own);
    };
    const value = (...args: unknown[]): unknown => {
      remove();
      return around(() => (hook as Hook).apply(instance, args));
    };
    const isSet = Reflect.defineProperty(instance, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: false,
    });
    if (isSet) this.#guards.add(remove); // not so for a frozen one
  }

  /** All that Nest calls hooks of. */
  #instances(): ReadonlySet<object> {
    const all = [...this.modules.values()].flatMap(({ providers, controllers, injectables, middlewares }) =>
      [providers, controllers, injectables, middlewares].flatMap((each) => [...each.values()]),
    );
    const instances = all
      .filter((wrapper) => wrapper.isDependencyTreeStatic())
      .flatMap((wrapper): readonly unknown[] =>
        wrapper.isTransient ? wrapper.getStaticTransientInstances().map((host) => host?.instance) : [wrapper.instance],
      );
    return new Set(instances.filter((each) => typeof each === 'object' && each !== null));
  }
}
