import { describe, expect, test } from '@jest/globals';
import { Controller, Inject, Injectable, Module, type ModuleMetadata, Scope, type Type } from '@nestjs/common';
import { child, type ChildSpec, GenServer, supervisor } from '@rookery/genserver';
import {
  type DeclaredChild,
  DynamicSupervisor,
  feature,
  PartitionSupervisor,
  Registry,
  Supervised,
  SupervisionModule,
  Supervisor,
  TreeError,
} from '../src/index.js';
import { Test } from '@nestjs/testing';
import { useApps } from './support/apps.js';

const boot = useApps();

@Supervised()
class Alpha extends GenServer {}

@Supervised()
class Beta extends GenServer {}

class Plain extends GenServer {}

class SubAlpha extends Alpha {}

class Missing {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@Supervised()
class Scoped extends GenServer {
  constructor(readonly request: PerRequest) {
    super();
  }
}

@Supervised()
class Needy extends GenServer {
  constructor(readonly missing: Missing) {
    super();
  }
}

/** Not decorated, and made by hand it would have undefined for its dependency. */
class Bare extends GenServer {
  constructor(readonly missing: Missing) {
    super();
  }
}

@Injectable()
class DirectByConstructor {
  constructor(readonly alpha: Alpha) {}
}

@Injectable()
class DirectByProperty {
  @Inject(Alpha) readonly alpha!: Alpha;
}

@Controller()
class DirectController {
  constructor(readonly alpha: Alpha) {}
}

@Injectable({ scope: Scope.REQUEST })
class DirectPerRequest {
  constructor(readonly alpha: Alpha) {}
}

const dependents: readonly (readonly [string, ModuleMetadata])[] = [
  ['by constructor', { providers: [DirectByConstructor] }],
  ['by property', { providers: [DirectByProperty] }],
  ['into a controller', { controllers: [DirectController] }],
  ['into a provider of each request', { providers: [DirectPerRequest] }],
  ['into a factory', { providers: [{ provide: 'DirectFactory', useFactory: () => 1, inject: [Alpha] }] }],
];

@PartitionSupervisor({ partitions: 2, child: Alpha })
class Alphas {}

function inner(id: string, ...children: readonly ChildSpec[]): ChildSpec {
  return supervisor({ id, strategy: 'one_for_one', children });
}

function treeOf(...children: readonly DeclaredChild[]): Type<unknown> {
  @Supervisor({ strategy: 'one_for_one', children })
  class Root {}
  return Root;
}

describe('a tree that makes no sense is refused when it is declared', () => {
  test.each([
    ['an undecorated child', () => treeOf(Plain), 'not_decorated', /Plain is a child of Root .*@Supervised/],
    ['a subclass of a decorated class', () => treeOf(SubAlpha), 'not_decorated', /SubAlpha/],
    ['an undecorated root', () => Plain, 'not_decorated', /Plain is a child of the tree|Plain is the root/],
    ['a root that is a server', () => Alpha, 'not_decorated', /Alpha is the root of the tree .*@Supervisor/],
    ['a child listed twice', () => treeOf(Alpha, Beta, Alpha), 'listed_twice', /Alpha is in the tree twice/],
    ['a class under two supervisors', () => treeOf(treeOf(Alpha), Alpha), 'listed_twice', /Alpha/],
    ['a class in a list and in partitions', () => treeOf(Alphas, Alpha), 'listed_twice', /Alpha/],
    ['a place for a feature listed twice', () => treeOf(feature('x'), feature('x')), 'listed_twice', /feature\('x'\)/],
    [
      'a specification with the name of a class',
      () => treeOf(Alpha, child(Plain, { name: 'Alpha' })),
      'name_taken',
      /Alpha/,
    ],
    [
      'two names deep inside specifications',
      () => treeOf(inner('one', child(Plain, { name: 'p' })), inner('two', child(Plain, { name: 'p' }))),
      'name_taken',
      /Plain and Plain are both named "p"/,
    ],
  ] as const)('%s', (_, makeRoot, kind, message) => {
    const error = errorOf(() => SupervisionModule.forRoot({ root: makeRoot() }));
    expect(error).toBeInstanceOf(TreeError);
    expect(error).toMatchObject({ kind, message: expect.stringMatching(message) as unknown });
  });

  test('a supervisor that supervises itself, with the path', () => {
    const children: Type<unknown>[] = [];
    @Supervisor({ strategy: 'one_for_one', children })
    class Inner {}
    @Supervisor({ strategy: 'one_for_one', children: [Inner] })
    class Outer {}
    children.push(Outer);
    expect(errorOf(() => SupervisionModule.forRoot({ root: Outer }))).toMatchObject({
      code: 'ERR_SUPERVISION_CYCLE',
      message: expect.stringContaining('Outer → Inner → Outer') as unknown,
    });
  });

  test('two children with one name', () => {
    @Supervised({ name: 'Alpha' })
    class Gamma extends GenServer {}
    @Supervisor({ strategy: 'one_for_one', children: [Alpha, Gamma] })
    class Root {}
    expect(errorOf(() => SupervisionModule.forRoot({ root: Root }))).toMatchObject({
      kind: 'name_taken',
      message: expect.stringContaining('Gamma and Alpha are both named "Alpha"') as unknown,
    });
  });

  test('two children given by specification may both be without a name', () => {
    const children = [child(Plain, { id: 'a' }), child(Plain, { id: 'b' })];
    @Supervisor({ strategy: 'one_for_one', children })
    class Root {}
    expect(() => SupervisionModule.forRoot({ root: Root })).not.toThrow();
  });

  test('a child that is undefined, as in a circle of imports', () => {
    expect(errorOf(() => SupervisionModule.forRoot({ root: treeOf(undefined as never) }))).toMatchObject({
      code: 'ERR_SUPERVISION_UNDEFINED_CHILD',
      message: expect.stringMatching(/A child of Root is undefined: .* import each other/) as unknown,
    });
  });

  test.each([
    ['a child that is neither a class nor a specification', { strategy: 'one_for_one', children: ['Alpha'] }],
    ['no children', { strategy: 'one_for_one' }],
    ['no options', undefined],
  ])('a supervisor with %s', (_, options) => {
    class Root {}
    Supervisor(options as never)(Root);
    expect(errorOf(() => SupervisionModule.forRoot({ root: Root }))).toMatchObject({
      code: 'ERR_GENSERVER_INVALID_OPTION',
      message: expect.stringContaining('`children of Root`') as unknown,
    });
  });

  test.each([Supervised(), Supervisor({ strategy: 'one_for_one', children: [] }), DynamicSupervisor()])(
    'a class that is decorated twice',
    (decorate) => {
      class Twice extends GenServer {}
      decorate(Twice);
      expect(errorOf(() => Supervised()(Twice))).toMatchObject({
        code: 'ERR_SUPERVISION_DECORATED_TWICE',
        message: expect.stringMatching(/^Twice has/) as unknown,
      });
    },
  );

  test.each([
    ['a dynamic supervisor', () => DynamicSupervisor({ maxChildren: -1 }), /`maxChildren`.*`-1`/],
    ['a registry', () => Registry({ keys: 'some' } as never), /`keys`.*"some"/],
    ['partitions', () => PartitionSupervisor({ child: Plain, partitions: 0 }), /`partitions`.*`0`/],
    ['partitions without a child', () => PartitionSupervisor({} as never), /`children`/],
    [
      'a supervisor',
      () => Supervisor({ strategy: 'one_for_one', children: [], maxRestarts: -1 }),
      /`maxRestarts`.*`-1`/,
    ],
  ])('what the core refuses of %s', (_, decorator, message) => {
    class Odd {}
    decorator()(Odd);
    expect(() => SupervisionModule.forRoot({ root: treeOf(Odd) })).toThrow(message);
  });

  test.each([undefined, null, 'Root'])('no options: %p', (options) => {
    expect(() => SupervisionModule.forRoot(options as never)).toThrow(/Expected `options` to be \{ root/);
  });

  test.each([
    [{ root: undefined }, /`root` to be a class decorated with @Supervisor, got `undefined`/],
    [{ root: treeOf(), shutdownTimeoutMs: -1 }, /`shutdownTimeoutMs`.*`-1`/],
    [{ root: treeOf(), shutdownTimeoutMs: Number.NaN }, /`shutdownTimeoutMs`.*`NaN`/],
    [{ root: treeOf(), onGiveUp: 'restart' }, /`onGiveUp`.*'exit', 'close' or a function.*"restart"/],
    [{ root: treeOf(), clock: {} }, /`clock` to be a Clock/],
    [{ root: treeOf(), random: 4 }, /`random` to be a function, got `4`/],
    [{ root: treeOf(), redact: 'all' }, /`redact` to be a function/],
    [{ root: treeOf(), asyncContext: 1 }, /`asyncContext` to be a boolean, got `1`/],
    [{ root: treeOf(), readinessDelayMs: -1 }, /`readinessDelayMs`.*`-1`/],
    [{ root: treeOf(), readinessDelayMs: 600, shutdownTimeoutMs: 1000 }, /`readinessDelayMs` to be at most half/],
    [{ root: treeOf(), shutdownTimeout: 5 }, /`shutdownTimeout` to be one of the options .*shutdownTimeoutMs/],
    [{ root: treeOf(), create: () => ({}) }, /`create` to be left out, as Nest makes the instances/],
  ])('an option that makes no sense: %p', (options, message) => {
    expect(() => SupervisionModule.forRoot(options as never)).toThrow(message);
  });
});

describe('a tree that does not fit the modules is refused at boot, before anything starts', () => {
  test('a decorated provider that is in no tree: with its module and the remedy', async () => {
    @Module({ providers: [Beta] })
    class ChatModule {}
    await expect(boot(treeOf(Alpha), { imports: [ChatModule], providers: [Alpha] })).rejects.toMatchObject({
      kind: 'not_in_tree',
      message: expect.stringMatching(/Beta \(module ChatModule\).*list it among the children/) as unknown,
    });
  });

  test('a supervisor provider that is in no tree', async () => {
    @DynamicSupervisor()
    class Lost {}
    await expect(boot(treeOf(Alpha), { providers: [Alpha, Lost] })).rejects.toMatchObject({ className: 'Lost' });
  });

  test('a child that no module provides', async () => {
    await expect(boot(treeOf(Alpha, Beta), { providers: [Alpha] })).rejects.toMatchObject({
      kind: 'not_provided',
      message: expect.stringMatching(/Beta.*add it to the providers/) as unknown,
    });
  });

  test('the class of a dynamic child that no module provides', async () => {
    @DynamicSupervisor({ child: Beta })
    class Betas {}
    await expect(boot(treeOf(Betas), { providers: [Betas] })).rejects.toMatchObject({ className: 'Beta' });
  });

  test('a child that two modules provide', async () => {
    @Module({ providers: [Alpha] })
    class FirstModule {}
    await expect(boot(treeOf(Alpha), { imports: [FirstModule], providers: [Alpha] })).rejects.toMatchObject({
      kind: 'provided_twice',
      message: expect.stringContaining('FirstModule') as unknown,
    });
  });

  test('a child of a module that is imported twice: it says so', async () => {
    @Module({ providers: [Alpha] })
    class Feature {}
    const imports = [Feature, { module: Feature, providers: [{ provide: 'more', useValue: 1 }] }];
    await expect(boot(treeOf(Alpha), { imports })).rejects.toMatchObject({
      kind: 'provided_twice',
      message: expect.stringMatching(/module Feature is in the application twice/) as unknown,
    });
  });

  test.each(['beta', Symbol('beta')])('a decorated class under the token %p that is in no tree', async (provide) => {
    const providers = [Alpha, { provide, useClass: Beta }];
    await expect(boot(treeOf(Alpha), { providers })).rejects.toMatchObject({ kind: 'not_in_tree', className: 'Beta' });
  });

  test.each([
    ['a specification', () => child(Bare)],
    ['one below supervisor()', () => supervisor({ id: 'inner', strategy: 'one_for_one', children: [child(Bare)] })],
  ])('a class without a provider that wants injection, given by %s', async (_, spec) => {
    @Supervisor({ strategy: 'one_for_one', children: [spec()] })
    class Root {}
    await expect(boot(Root, {})).rejects.toMatchObject({ kind: 'not_provided', className: 'Bare' });
  });

  test.each(dependents)('a class of the tree that is injected as itself, %s', async (_, metadata) => {
    const providers = [Alpha, ...(metadata.providers ?? [])];
    await expect(boot(treeOf(Alpha), { ...metadata, providers })).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_INJECTED_DIRECTLY',
      message: expect.stringMatching(
        /^Direct\w+ \(module RootTestModule\) injects Alpha .*@InjectServer\(Alpha\)/,
      ) as unknown,
    });
  });

  test('a child that depends on a request-scoped provider', async () => {
    await expect(boot(treeOf(Scoped), { providers: [PerRequest, Scoped] })).rejects.toMatchObject({
      kind: 'request_scoped',
      message: expect.stringMatching(/Scoped .*request-scoped provider: Scoped → PerRequest/) as unknown,
    });
  });

  test('a child that depends on a durable provider, by way of another: the way is named', async () => {
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tenant {}
    @Injectable()
    class Orders {
      constructor(readonly tenant: Tenant) {}
    }
    @Supervised()
    class Biller extends GenServer {
      @Inject(Orders) readonly orders!: Orders;
    }
    await expect(boot(treeOf(Biller), { providers: [Tenant, Orders, Biller] })).rejects.toMatchObject({
      kind: 'request_scoped',
      message: expect.stringMatching(/durable.*Biller → Orders → Tenant.*@DynamicSupervisor/) as unknown,
    });
  });

  test('two roots: each would have a runtime of its own', async () => {
    const imports = [SupervisionModule.forRoot({ root: treeOf(Beta) })];
    await expect(boot(treeOf(Alpha), { imports, providers: [Alpha, Beta] })).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_ROOT_TWICE',
      message: expect.stringMatching(/2 times.*forFeature/) as unknown,
    });
  });

  test('the module without forRoot: Nest says what is missing', async () => {
    const app = Test.createTestingModule({ imports: [SupervisionModule] });
    await expect(app.compile()).rejects.toThrow(/is it imported with forRoot\?/);
  });

  test('a child that is provided as a value: no new instance could be made of it', async () => {
    const providers = [{ provide: Alpha, useValue: {} }];
    await expect(boot(treeOf(Alpha), { providers })).rejects.toMatchObject({ kind: 'no_class' });
  });

  test('a child with a dependency that nobody provides: Nest names it', async () => {
    await expect(boot(treeOf(Needy), { providers: [Needy] })).rejects.toThrow(/Needy.*Missing/s);
  });
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}
