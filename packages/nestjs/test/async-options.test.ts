import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Clock, GenServer, Runtime, type RuntimeEvent, systemClock } from '@rookery/genserver';
import { ManualClock, settle } from '@rookery/genserver/testing';
import {
  getServerToken,
  InjectServer,
  Supervised,
  type SupervisionAsyncOptions,
  SupervisionModule,
  type SupervisionOptionsFactory,
  type SupervisionSettings,
  Supervisor,
} from '../src/index.js';
import { MemoryLogger } from './support/apps.js';

@Supervised()
class Till extends GenServer {
  fail(): void {
    throw new Error('the safe says 1234');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Till] })
class Root {}

const clock = new ManualClock();

@Injectable()
class Settings {
  readonly clock: Clock = clock;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class FromSettings implements SupervisionOptionsFactory {
  constructor(@Inject(Settings) private readonly settings: Settings) {}

  async createSupervisionOptions(): Promise<SupervisionSettings> {
    return { clock: this.settings.clock };
  }
}

@Module({ imports: [SettingsModule], providers: [FromSettings], exports: [FromSettings] })
class FactoryModule {}

function appOf(options: SupervisionAsyncOptions, metadata: ModuleMetadata = {}) {
  const imports = [...(metadata.imports ?? []), SupervisionModule.forRootAsync(options)];
  return Test.createTestingModule({ ...metadata, imports, providers: [Till, ...(metadata.providers ?? [])] }).setLogger(
    new MemoryLogger(),
  );
}

describe('settings that come from other providers', () => {
  test.each<readonly [string, Omit<SupervisionAsyncOptions, 'root'>]>([
    [
      'by useFactory',
      { imports: [SettingsModule], inject: [Settings], useFactory: ({ clock: given }: Settings) => ({ clock: given }) },
    ],
    [
      'by an async useFactory with an optional dependency',
      {
        inject: [{ token: 'nobody', optional: true }],
        useFactory: async (nobody: undefined) => ({ clock: nobody ?? clock }),
      },
    ],
    ['by useClass', { imports: [SettingsModule], useClass: FromSettings }],
    ['by useExisting', { imports: [FactoryModule], useExisting: FromSettings }],
  ])('%s', async (_, options) => {
    class Host {
      constructor(@InjectServer(Till) readonly till: object) {}
    }
    Injectable()(Host);
    const app = await appOf({ root: Root, ...options }, { providers: [Host] }).compile();
    await app.init();
    await clock.advance(5);
    expect(app.get(Runtime).now()).toBe(clock.now()); // the manual one
    expect(app.get(Host).till).toBe(app.get(getServerToken(Till)));
    await app.close();
  });
});

test('the options of the runtime are passed on', async () => {
  const events: RuntimeEvent[] = [];
  const module = SupervisionModule.forRoot({
    root: Root,
    redact: (report) => ({ ...report, reason: { kind: 'killed' }, stack: undefined }),
    random: () => 0.25,
    asyncContext: false,
    clock: systemClock,
  });
  const app = await Test.createTestingModule({ imports: [module], providers: [Till] })
    .setLogger(new MemoryLogger())
    .compile();
  await app.init();
  const runtime = app.get(Runtime);
  runtime.subscribe((event) => void events.push(event));
  runtime.ref(Till, 'Till').cast.fail();
  await settle(runtime);
  const crash = events.find(({ kind }) => kind === 'process_crashed');
  expect(JSON.stringify(crash)).not.toContain('1234');
  await app.close();
});

describe('async options that make no sense', () => {
  const useFactory = (): SupervisionSettings => ({});

  test.each([
    ['none', undefined, /`options` to be \{ root/],
    ['no root', { useFactory }, /`root` to be a class decorated with @Supervisor, got `undefined`/],
    ['no factory', { root: Root }, /exactly one of useFactory, useClass and useExisting, got `"0 of them"`/],
    ['two factories', { root: Root, useFactory, useClass: FromSettings }, /exactly one of/],
    ['a factory that is none', { root: Root, useFactory: {} }, /`useFactory` to be a function/],
    [
      'inject without useFactory',
      { root: Root, useClass: FromSettings, inject: [Settings] },
      /`inject`.*beside useFactory/,
    ],
    ['inject that is no list', { root: Root, useFactory, inject: Settings }, /`inject` to be an array/],
    ['imports that are no list', { root: Root, useFactory, imports: SettingsModule }, /`imports` to be an array/],
    [
      'an option of the factory',
      { root: Root, useFactory, shutdownTimeoutMs: 5 },
      /`shutdownTimeoutMs`.*by the factory/,
    ],
    ['a root that is none', { root: Till, useFactory }, /Till is the root of the tree/],
  ])('are refused when they are declared: %s', (_, options, message) => {
    expect(() => SupervisionModule.forRootAsync(options as never)).toThrow(message);
  });

  test.each([
    ['nothing', undefined, /`options` to be an object/],
    ['a wrong option', { shutdownTimeoutMs: '5s' }, /`shutdownTimeoutMs`.*"5s"/],
    ['a root', { root: Root }, /`root` to be one of the options/],
  ])('fail the boot when the factory gives them: %s', async (_, settings, message) => {
    const module = appOf({ root: Root, useFactory: () => settings as never });
    await expect(module.compile()).rejects.toThrow(message);
  });
});
