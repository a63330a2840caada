import { describe, expect, test } from '@jest/globals';
import { Controller, Inject, Injectable, Module, type ModuleMetadata, Scope } from '@nestjs/common';
import { child, GenServer, supervisor } from '@rookery/genserver';
import { DynamicSupervisor, Supervised, SupervisionModule, Supervisor } from '../src/index.js';
import { Test } from '@nestjs/testing';
import { useApps } from './support/apps.js';
import { Alpha, Beta, treeOf } from './support/trees.js';

const boot = useApps();

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
