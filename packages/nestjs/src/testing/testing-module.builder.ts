import type { ModuleMetadata } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  type MockFactory,
  type OverrideByFactoryOptions,
  type TestingModule,
  TestingModuleBuilder,
  type TestingModuleOptions,
} from '@nestjs/testing';
import { type GenServer, Runtime, type ServerClass } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { checkSettings } from '../check-options.js';
import type { InjectionTarget } from '../decorators/tokens.js';
import {
  DECLARED_OPTIONS,
  SUPERVISION_OPTIONS,
  type SupervisionOptions,
  type SupervisionSettings,
} from '../supervision-options.js';
import { TreePlan } from '../tree/tree-plan.js';
import { noTree } from './errors.js';
import { checkParts, checkServer } from './check-arguments.js';
import type { HandlersSource } from './fake-record.js';
import type { FakeHandlersSource } from './fake-server.js';
import { TestPlan } from './test-plan.js';
import type { SupervisionTestingModule } from './supervision-testing-module.js';
import { treeControls } from './tree-controls.js';

/** As Nest's OverrideBy; goes on with the builder of this package. */
export interface SupervisionOverrideBy {
  useValue(value: unknown): SupervisionTestingModuleBuilder;
  useFactory(options: OverrideByFactoryOptions): SupervisionTestingModuleBuilder;
  useClass(metatype: unknown): SupervisionTestingModuleBuilder;
}

/** As Nest's OverrideModule; goes on with the builder of this package. */
export interface SupervisionOverrideModule {
  useModule(newModule: ModuleDefinition): SupervisionTestingModuleBuilder;
}

/** What stands for a server. */
export interface OverrideServerBy<S extends GenServer<unknown>> {
  /**
   * Answers from these handlers in the place of the class, which is not made: it needs no provider. A call without a handler rejects
   * with a SupervisionTestingError (`no_handler`). `module.fake(Class)` says what has come. Throws an InvalidOptionError.
   */
  useFake(handlers: FakeHandlersSource<S>): SupervisionTestingModuleBuilder;
}

type ModuleDefinition = Parameters<TestingModuleBuilder['overrideModule']>[0];

/** Nest's builder of testing modules, with what is about the tree. Made by `SupervisionTestingModule.createTestingModule`. */
export class SupervisionTestingModuleBuilder extends TestingModuleBuilder {
  readonly #plan = new TestPlan();
  #settings: SupervisionSettings = {};

  constructor(metadata: ModuleMetadata, options?: TestingModuleOptions) {
    super(new MetadataScanner(), metadata, options);
  }

  /**
   * Starts these parts of the tree, each with all that is below it, the supervisors on the way to them, and fakes; nothing else. Without
   * parts, fakes only. A ref to another part throws a SupervisionTestingError (`not_started`) when it is used. A part that is not in
   * the tree fails the boot. Throws an InvalidOptionError for what cannot be one.
   */
  startOnly(...parts: readonly InjectionTarget[]): this {
    checkParts(parts);
    this.#plan.startOnly(parts);
    return this;
  }

  /** Puts a fake in the place of a server class, wherever it is started. Throws an InvalidOptionError for what is no server class. */
  overrideServer<S extends GenServer<unknown>>(serverClass: ServerClass<S>): OverrideServerBy<S> {
    checkServer(serverClass);
    return {
      useFake: (handlers) => {
        this.#plan.fake(serverClass, handlers as HandlersSource);
        return this;
      },
    };
  }

  /**
   * Changes settings of `SupervisionModule.forRoot`. What is different in tests unless said here: the clock is a ManualClock (one that
   * forRoot got is kept), `readinessDelayMs` is 0, and `onGiveUp` ends no process: only a function is called. Throws an InvalidOptionError.
   */
  overrideSettings(settings: SupervisionSettings): this {
    checkSettings(settings);
    this.#settings = { ...this.#settings, ...settings };
    return this;
  }

  /** Rejects with a SupervisionTestingError (`no_tree`) where no module imports SupervisionModule.forRoot. Nothing is started yet. */
  override async compile(options?: Parameters<TestingModuleBuilder['compile']>[0]): Promise<SupervisionTestingModule> {
    super.overrideProvider(TreePlan).useFactory({
      factory: (discovery: DiscoveryService) => this.#plan.injectedBy(discovery),
      inject: [DiscoveryService],
    });
    super.overrideProvider(SUPERVISION_OPTIONS).useFactory({
      factory: (declared: SupervisionOptions) => this.#optionsFor(declared),
      inject: [DECLARED_OPTIONS],
    });
    const leaks = new LeakDetector({ unhandledRejections: false }); // which all test runners fail the test for
    const module = await super.compile(options);
    if (!hasTree(module)) throw noTree();
    const controls = treeControls(module, this.#plan, leaks);
    return Object.defineProperties(module, Object.getOwnPropertyDescriptors(controls)) as SupervisionTestingModule;
  }

  #optionsFor({ onGiveUp, clock, ...declared }: SupervisionOptions): SupervisionOptions {
    return {
      ...declared,
      clock: clock instanceof ManualClock ? clock : new ManualClock(),
      readinessDelayMs: 0,
      onGiveUp: typeof onGiveUp === 'function' ? onGiveUp : () => {},
      ...this.#settings,
    };
  }

  // Nest's own, typed so that chains go on.

  override overrideProvider(typeOrToken: unknown): SupervisionOverrideBy {
    return super.overrideProvider(typeOrToken) as SupervisionOverrideBy;
  }

  override overridePipe(typeOrToken: unknown): SupervisionOverrideBy {
    return super.overridePipe(typeOrToken) as SupervisionOverrideBy;
  }

  override overrideFilter(typeOrToken: unknown): SupervisionOverrideBy {
    return super.overrideFilter(typeOrToken) as SupervisionOverrideBy;
  }

  override overrideGuard(typeOrToken: unknown): SupervisionOverrideBy {
    return super.overrideGuard(typeOrToken) as SupervisionOverrideBy;
  }

  override overrideInterceptor(typeOrToken: unknown): SupervisionOverrideBy {
    return super.overrideInterceptor(typeOrToken) as SupervisionOverrideBy;
  }

  override overrideModule(moduleToOverride: ModuleDefinition): SupervisionOverrideModule {
    return super.overrideModule(moduleToOverride) as SupervisionOverrideModule;
  }

  override useMocker(mocker: MockFactory): this {
    super.useMocker(mocker);
    return this;
  }
}

function hasTree(module: TestingModule): boolean {
  try {
    module.get(Runtime, { strict: false });
    return true;
  } catch {
    return false; // Nest's way to say that nobody provides it
  }
}
