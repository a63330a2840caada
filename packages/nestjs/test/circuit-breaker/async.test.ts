import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { Breaker, CircuitBreakerRegistry } from '@rookery/circuit-breaker';
import {
  BreakerSetupError,
  CircuitBreakerModule,
  CircuitBreakers,
  getCircuitBreakerToken,
  InjectCircuitBreaker,
  InjectCircuitBreakerRegistry,
} from '../../src/integrations/circuit-breaker/index.js';
import { MemoryLogger } from '../support/apps.js';
import { useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();

@Injectable()
class Settings {
  readonly threshold = 2;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

const factory = {
  imports: [SettingsModule],
  inject: [Settings],
  useFactory: async ({ threshold }: Settings) => ({ failureThreshold: threshold }),
};

async function opensAfter(breaker: Breaker): Promise<number> {
  for (let failures = 1; failures <= 20; failures++) {
    await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => undefined);
    if (breaker.state === 'open') return failures;
  }
  return Infinity;
}

async function refusal(imports: NonNullable<Parameters<typeof boot>[0]['imports']>): Promise<Error> {
  const compiled = Test.createTestingModule({ imports }).setLogger(new MemoryLogger()).compile();
  return compiled.then((made) => made.init()).catch((error: unknown) => error) as Promise<Error>;
}

describe('options from other providers', () => {
  test('hold for all, those of features and registries, too', async () => {
    @Injectable()
    class Holder {
      constructor(
        @InjectCircuitBreaker('plain') readonly plain: Breaker,
        @InjectCircuitBreaker('own') readonly own: Breaker,
        @InjectCircuitBreaker('feature') readonly feature: Breaker,
        @InjectCircuitBreakerRegistry() readonly registry: CircuitBreakerRegistry,
        @InjectCircuitBreakerRegistry('hosts') readonly hosts: CircuitBreakerRegistry,
      ) {}
    }
    const own = { ...factory, useFactory: () => ({ failureThreshold: 4 }) };
    const root = CircuitBreakerModule.forRootAsync({
      ...factory,
      breakers: [{ name: 'plain' }, { ...own, name: 'own' }],
      registries: [{ ...own, name: 'hosts' }],
    });
    const feature = CircuitBreakerModule.forFeature({ breakers: [{ name: 'feature' }] });
    const { app } = await boot({ imports: [root, feature], providers: [Holder] });
    const holder = app.get(Holder);
    const breakers = [holder.plain, holder.own, holder.feature, holder.registry.get('a'), holder.hosts.get('a')];
    expect(await Promise.all(breakers.map(opensAfter))).toEqual([2, 4, 2, 2, 4]);
  });

  test('of a feature', async () => {
    const feature = CircuitBreakerModule.forFeatureAsync({ breakers: [{ ...factory, name: 'own' }] });
    const { app } = await boot({ imports: [feature] });
    expect(await opensAfter(app.get(CircuitBreakers).get('own') as Breaker)).toBe(2);
  });

  test('can be replaced in tests by the token', async () => {
    const fake = { state: 'open' };
    const app = await Test.createTestingModule({
      imports: [CircuitBreakerModule.forRootAsync({ ...factory, breakers: [{ name: 'a' }] })],
    })
      .overrideProvider(getCircuitBreakerToken('a'))
      .useValue(fake)
      .compile();
    expect(app.get(getCircuitBreakerToken('a'))).toBe(fake);
    await app.close();
  });
});

describe('fail the boot:', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['options that are wrong', () => ({ timeoutMs: -1 }), /^CircuitBreakerModule\.forRootAsync: Expected `timeoutMs`/],
    ['options that are none', () => undefined, /its options must be an object, got undefined/],
    ['options that do not exist', () => ({ halfOpenAfter: 1 }), /Did you mean timeoutMs\?/],
  ])('%s', async (_, useFactory, message) => {
    const error = await refusal([CircuitBreakerModule.forRootAsync({ useFactory: useFactory as () => object })]);
    expect(error).toBeInstanceOf(BreakerSetupError);
    expect(error.message).toMatch(message);
  });

  test('wrong options of one breaker, or registry', async () => {
    const useFactory = () => ({ timeoutMs: -1 });
    const one = CircuitBreakerModule.forFeatureAsync({ breakers: [{ name: 'a', useFactory }] });
    expect((await refusal([one])).message).toMatch(/^CircuitBreakerModule\.forFeatureAsync, breaker "a": Expected/);
    const registry = CircuitBreakerModule.forFeatureAsync({ registries: [{ name: 'a', useFactory }] });
    expect((await refusal([registry])).message).toMatch(/registry "a": Expected/);
  });

  test('what the factory threw', async () => {
    const useFactory = () => Promise.reject(new Error('no settings'));
    expect((await refusal([CircuitBreakerModule.forRootAsync({ useFactory })])).message).toBe('no settings');
  });

  test('options that only a request knows', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor(@Inject(REQUEST) readonly request: unknown) {}
    }
    const options = { inject: [Tenant], useFactory: () => ({}) };
    @Module({ providers: [Tenant], exports: [Tenant] })
    class TenantModule {}
    const feature = { breakers: [{ ...options, imports: [TenantModule], name: 'a' }] };
    const error = await refusal([CircuitBreakerModule.forFeatureAsync(feature)]);
    expect(error).toBeInstanceOf(BreakerSetupError);
    expect(error.message).toMatch(/CircuitBreaker "a".* each request would have a breaker of its own/);
  });
});

test.each<[string, object, RegExp]>([
  ['no factory', {}, /`useFactory` must be a function/],
  ['an inject that is no list', { useFactory: () => ({}), inject: Settings }, /`inject` must be an array/],
  ['useClass', { useClass: Settings }, /Did you mean inject, with useFactory\?/],
  [
    'options beside a factory',
    { useFactory: () => ({}), breakers: [{ name: 'a', useFactory: () => ({}), timeoutMs: 1 }] },
    /breaker "a": there is no option `timeoutMs`/,
  ],
])('refused as it is declared: %s', (_, options, message) => {
  expect(() => CircuitBreakerModule.forRootAsync(options as never)).toThrow(message);
});
