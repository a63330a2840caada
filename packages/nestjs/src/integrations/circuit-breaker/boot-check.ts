import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { injected } from '../wrapped-method.js';
import { BreakerSetupError } from './errors.js';
import { guardedMethodsOf, hasMethod, missingFallback } from './guarded-methods.js';
import { OpenBreakers } from './open-breakers.js';

type NestModule = Parameters<Parameters<ModulesContainer['forEach']>[0]>[0];
type Host = NestModule['providers'] extends Map<unknown, infer Wrapper> ? Wrapper : never;

/** Finds, when all modules are known, what would go wrong in silence, or only when a call fails. */
@Injectable()
export class BootCheck implements OnModuleInit {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  /** Throws a BreakerSetupError, or warns of what may be meant. */
  onModuleInit(): void {
    for (const { name, providers, controllers, injectables } of this.modules.values()) {
      for (const host of [providers, controllers, injectables].flatMap((each) => [...each.values()])) {
        checkScope(host);
        checkFallbacks(host, name);
        if (host.isNotMetatype) warnOfUnguarded(host.instance, name);
      }
    }
  }
}

/** Nest would make a breaker for each request, which would never see more than its calls. */
function checkScope(host: Host): void {
  if (host.inject?.[0] !== OpenBreakers || host.isDependencyTreeStatic()) return;
  throw new BreakerSetupError(
    'CircuitBreakerModule',
    `${String(host.token)}: its \`useFactory\`, or that of the options that hold for all, injects a request-scoped provider, so each request would ` +
      'have a breaker of its own: inject what lives as long as the application.',
  );
}

function checkFallbacks({ isNotMetatype, metatype, instance }: Host, module: string): void {
  const target: unknown = isNotMetatype ? instance : (metatype as { readonly prototype?: unknown } | null)?.prototype;
  for (const method of guardedMethodsOf(target)) {
    const { fallback } = method;
    if (fallback === undefined || hasMethod(target as object, fallback)) continue;
    throw missingFallback(method, `${(target as object).constructor.name} (${module})`);
  }
}

/** Nest injects no properties into what it has not made. A test may want just that, so this does not fail the boot. */
function warnOfUnguarded(instance: unknown, module: string): void {
  const unguarded = guardedMethodsOf(instance).find(
    ({ property }) => injected(instance as object, property) === undefined,
  );
  if (unguarded === undefined) return;
  new Logger('CircuitBreakerModule').warn(
    `${unguarded.name} of ${module} has no circuit breaker before it: useFactory or useValue made the instance, so Nest injects none into ` +
      'it. Provide the class.',
  );
}
