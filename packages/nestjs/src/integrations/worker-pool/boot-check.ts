import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { injected } from '../wrapped-method.js';
import { PoolSetupError } from './errors.js';
import { OpenPools } from './open-pools.js';
import { threadsProblem } from './pooled-call.js';
import { type PooledMethod, pooledMethodsOf } from './pooled-methods.js';

type NestModule = Parameters<Parameters<ModulesContainer['forEach']>[0]>[0];
type Host = NestModule['providers'] extends Map<unknown, infer Wrapper> ? Wrapper : never;

/** Finds, when all modules are known, what would go wrong in silence, or only when a method is called. */
@Injectable()
export class BootCheck implements OnModuleInit {
  constructor(
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(OpenPools) private readonly open: OpenPools,
  ) {}

  /** Throws a PoolSetupError, or warns of what may be meant. */
  onModuleInit(): void {
    for (const { name, providers, controllers, injectables } of this.modules.values()) {
      for (const host of [providers, controllers, injectables].flatMap((each) => [...each.values()])) {
        checkScope(host);
        for (const method of methodsOf(host)) this.#checkEngine(method);
        if (host.isNotMetatype) warnOfUnpooled(host.instance, name);
      }
    }
  }

  #checkEngine(method: PooledMethod): void {
    if (this.open.all.get(method.pool)?.engineKind === 'threads') throw threadsProblem(method);
  }
}

/** Nest would make a pool for each request, whose limit would bound nothing. */
function checkScope(host: Host): void {
  if (host.inject?.[0] !== OpenPools || host.isDependencyTreeStatic()) return;
  throw new PoolSetupError(
    'WorkerPoolModule',
    `${String(host.token)}: its \`useFactory\` injects a request-scoped provider, so each request would have a pool of its own: inject what ` +
      'lives as long as the application.',
  );
}

function methodsOf({ isNotMetatype, metatype, instance }: Host): readonly PooledMethod[] {
  return pooledMethodsOf(isNotMetatype ? instance : (metatype as { readonly prototype?: unknown } | null)?.prototype);
}

/** Nest injects no properties into what it has not made. A test may want just that, so this does not fail the boot. */
function warnOfUnpooled(instance: unknown, module: string): void {
  const unpooled = pooledMethodsOf(instance).find(
    ({ property }) => injected(instance as object, property) === undefined,
  );
  if (unpooled === undefined) return;
  new Logger('WorkerPoolModule').warn(
    `${unpooled.name} of ${module} does not run in a pool: useFactory or useValue made the instance, so Nest injects none into ` +
      'it. Provide the class.',
  );
}
