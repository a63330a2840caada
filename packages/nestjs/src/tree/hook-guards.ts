import { Inject, Injectable, Logger } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { guardMethod } from './guarded-method.js';
import { REQUESTS_END, ShutdownDeadline, TREE_STOPS } from './shutdown-deadline.js';

/** By which part of the deadline each shutdown hook must be over, so that all that follows has its time. */
const SHUTDOWN_HOOKS = {
  onModuleDestroy: REQUESTS_END,
  beforeApplicationShutdown: REQUESTS_END,
  onApplicationShutdown: TREE_STOPS,
} as const;

type ShutdownHook = keyof typeof SHUTDOWN_HOOKS;
type HookName = ShutdownHook | 'onApplicationBootstrap';

/**
 * Watches the hooks of all other providers, as Nest tells nobody of their failure and waits for them without an end: a bootstrap hook
 * that fails must stop the tree that runs already; a shutdown hook that fails, or does not end, must not keep the later ones from
 * running. Nest 12 logs those that fail and goes on; Nest 11 leaves out the rest, the stop of the tree too, and here is made to do as
 * Nest 12. What is called while the application does not stop was not called by Nest, and is none of ours.
 */
@Injectable()
export class HookGuards {
  readonly #logger = new Logger('Supervision');
  /** How to take each guard away. */
  readonly #guards = new Set<() => void>();
  #running = 0;
  #isTreeDown = false;
  #onAllOver: (() => void) | undefined;

  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ShutdownDeadline) private readonly deadline: ShutdownDeadline,
  ) {}

  /** Around the hooks of all but `owner`. `onBootFailed` is waited for before Nest hears of the failure. */
  install(owner: object, onBootFailed: () => Promise<void>): void {
    for (const [instance, calls] of this.#instances((each) => each !== owner)) {
      this.#guard(instance, 'onApplicationBootstrap', calls, async (call) => {
        try {
          return await call();
        } catch (error) {
          await onBootFailed();
          throw error;
        }
      });
      for (const hook of Object.keys(SHUTDOWN_HOOKS) as ShutdownHook[]) {
        this.#guard(instance, hook, calls, (call) => this.#limited(instance, hook, call));
      }
    }
  }

  /** Hooks that are still to be called have all that is left of the deadline. */
  treeIsDown(): void {
    this.#isTreeDown = true;
  }

  /** Nest has come to the last step: `onAllOver` is called when no hook is left to be called or waited for. */
  whenAllOver(onAllOver: () => void): void {
    this.#onAllOver = onAllOver;
    this.#tellIfAllOver();
  }

  /** What is not called any more is as it was. */
  remove(): void {
    for (const remove of this.#guards) remove();
  }

  async #limited(instance: object, hook: ShutdownHook, call: () => unknown): Promise<void> {
    const part = this.#isTreeDown ? 1 : SHUTDOWN_HOOKS[hook];
    const who = `${hook} of ${instance.constructor?.name ?? 'a provider'}`;
    if (await this.deadline.isOverBy(part, this.#logged(who, call))) return;
    const { totalMs } = this.deadline;
    this.#logger.error(
      `${who} has not ended by ${totalMs * part} ms of the shutdown deadline (${totalMs} ms); the shutdown goes on without it`,
    );
  }

  async #logged(who: string, call: () => unknown): Promise<void> {
    try {
      await call();
    } catch (error) {
      const text = error instanceof Error ? error.stack : String(error);
      this.#logger.error(`${who} failed; the shutdown goes on`, text);
    }
  }

  /** For as many calls as Nest makes: then the hook is the provider's own again, as values may be shared with other applications. */
  #guard(instance: object, name: HookName, calls: number, around: (call: () => unknown) => Promise<unknown>): void {
    const remove = guardMethod(instance, name, {
      calls,
      isOne: () => name === 'onApplicationBootstrap' || this.deadline.isRunning,
      around: (call) => this.#counted(around(call)),
      onRemoved: (removed) => void this.#guards.delete(removed),
    });
    if (remove !== undefined) this.#guards.add(remove);
  }

  async #counted(work: Promise<unknown>): Promise<unknown> {
    this.#running++;
    try {
      return await work;
    } finally {
      this.#running--;
      this.#tellIfAllOver();
    }
  }

  #tellIfAllOver(): void {
    if (this.#running === 0 && this.#guards.size === 0) this.#onAllOver?.();
  }

  /** All that Nest calls hooks of, and how many times: what is provided at two places is called at both. */
  #instances(others: (instance: object) => boolean): ReadonlyMap<object, number> {
    const calls = new Map<object, number>();
    const all = [...this.modules.values()].flatMap(({ providers, controllers, injectables, middlewares }) =>
      [providers, controllers, injectables, middlewares].flatMap((each) => [...each.values()]),
    );
    const instances = all
      .filter((wrapper) => wrapper.isDependencyTreeStatic() && !wrapper.isAlias)
      .flatMap((wrapper): readonly unknown[] =>
        wrapper.isTransient ? wrapper.getStaticTransientInstances().map((host) => host?.instance) : [wrapper.instance],
      );
    for (const each of instances) {
      if (isObject(each) && others(each)) calls.set(each, (calls.get(each) ?? 0) + 1);
    }
    return calls;
  }
}

/** A function may have hooks, too. */
function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
