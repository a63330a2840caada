import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Check, CheckFunction } from '@rookery/health-check';
import { isServerClass } from '../../tree/is-server-class.js';
import { pathToRequest } from '../../tree/request-scope.js';
import { HealthSetupError } from './errors.js';
import { declaredIndicators, whereOf } from './health-indicator.decorator.js';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** A check, and what to call it in messages. */
export interface FoundCheck {
  readonly where: string;
  readonly check: Check;
}

/** Finds the decorated methods of all providers and controllers. */
@Injectable()
export class IndicatorFinder {
  constructor(@Inject(DiscoveryService) private readonly discovery: DiscoveryService) {}

  /** In the order of the modules. Throws a HealthSetupError for a provider that is not one for the whole application. */
  find(): readonly FoundCheck[] {
    const seen = new Set<unknown>();
    const all = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    return all.flatMap((provider) => {
      const found = indicatorsOf(provider);
      if (found.length > 0) checkOneForAll(provider);
      if (found.length === 0 || seen.has(provider.instance)) return []; // one instance under several tokens
      seen.add(provider.instance);
      return found;
    });
  }
}

function indicatorsOf(provider: Provider): readonly FoundCheck[] {
  const { host } = provider;
  const instance = instanceOf(provider);
  return declaredIndicators(instance).map(({ method, options }) => ({
    where: `${whereOf(instance?.constructor, method)} (module ${host?.name ?? 'unknown'})`,
    check: {
      ...options,
      check: (context) => (Reflect.get(instance as object, method) as CheckFunction).call(instance, context),
    },
  }));
}

/** Of a provider that has no instance now, what its class says. */
function instanceOf({ instance, metatype, isNotMetatype }: Provider): object | undefined {
  if (typeof instance === 'object' && instance !== null) return instance as object;
  return isNotMetatype || typeof metatype !== 'function' ? undefined : (metatype.prototype as object | undefined);
}

function checkOneForAll(provider: Provider): void {
  const [first] = indicatorsOf(provider);
  const where = first?.where ?? '@HealthIndicator';
  if (isServerClass(provider.metatype)) {
    const problem =
      'the class is a server of the tree, and the instance that runs there is another one at each start: put the indicator into a provider ' +
      `that asks it, by @InjectServer(${provider.metatype.name}).`;
    throw new HealthSetupError(where, problem);
  }
  if (!provider.isDependencyTreeStatic()) {
    const path = pathToRequest(provider).map(({ name }) => String(name));
    const problem = `it is request-scoped (${path.join(' → ')}), and checks run without a request: inject what lives as long as the application.`;
    throw new HealthSetupError(where, problem);
  }
  if (provider.isTransient) {
    const problem = 'it is transient, so each who injects it has another one: give it the default scope.';
    throw new HealthSetupError(where, problem);
  }
}
