import { describe, expect, test } from '@jest/globals';
import {
  forwardRef,
  Global,
  Inject,
  Injectable,
  Module,
  type OnModuleDestroy,
  type Provider,
  Scope,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { child, type DynamicSupervisorRef, GenServer, Runtime, type ServerRef } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import {
  DynamicSupervisor,
  feature,
  getServerToken,
  InjectServer,
  Supervised,
  SupervisionModule,
  Supervisor,
} from '../src/index.js';
import { MemoryLogger, useApps } from './support/apps.js';

const boot = useApps();

function treeOf(...children: readonly Type<unknown>[]): Type<unknown> {
  @Supervisor({ strategy: 'one_for_one', children })
  class Root {}
  return Root;
}

@Injectable()
class Names {
  readonly first: string = 'Ada';
}

@Supervised()
class Greeter extends GenServer {
  constructor(@Inject(Names) private readonly names: Names) {
    super();
  }
  greet(): string {
    return `hello ${this.names.first}`;
  }
}

describe('what a server injects', () => {
  test('may come from an async provider, which the tree waits for', async () => {
    const names = { provide: Names, useFactory: async () => ({ first: 'Bob' }) };
    const { runtime } = await boot(treeOf(Greeter), { providers: [names, Greeter] });
    expect(await runtime.ref(Greeter, 'Greeter').call.greet()).toBe('hello Bob');
  });

  test('may come from a global module', async () => {
    @Global()
    @Module({ providers: [Names], exports: [Names] })
    class NamesModule {}
    const { runtime } = await boot(treeOf(Greeter), { imports: [NamesModule], providers: [Greeter] });
    expect(await runtime.ref(Greeter, 'Greeter').call.greet()).toBe('hello Ada');
  });

  test('may be providers that need each other', async () => {
    @Injectable()
    class Left {
      constructor(@Inject(forwardRef(() => Right)) readonly right: object) {}
    }
    @Injectable()
    class Right {
      constructor(@Inject(forwardRef(() => Left)) readonly left: Left) {}
    }
    @Supervised()
    class Between extends GenServer {
      constructor(@Inject(forwardRef(() => Right)) private readonly right: Right) {
        super();
      }
      isWhole(): boolean {
        return this.right.left.right === this.right;
      }
    }
    const { runtime } = await boot(treeOf(Between), { providers: [Left, Right, Between] });
    expect(await runtime.ref(Between, 'Between').call.isWhole()).toBe(true);
  });

  test('may come from a module that imports the one of the server, and the other way round', async () => {
    @Module({ imports: [forwardRef(() => GreeterModule)], providers: [Names], exports: [Names] })
    class NamesModule {}
    @Module({ imports: [forwardRef(() => NamesModule)], providers: [Greeter] })
    class GreeterModule {}
    const { runtime } = await boot(treeOf(Greeter), { imports: [NamesModule, GreeterModule] });
    expect(await runtime.ref(Greeter, 'Greeter').call.greet()).toBe('hello Ada');
  });

  test('may be the same provider under another token, or a value', async () => {
    const names = [
      { provide: 'value', useValue: { first: 'Cleo' } },
      { provide: Names, useExisting: 'value' },
    ];
    const { runtime } = await boot(treeOf(Greeter), { providers: [...names, Greeter] });
    expect(await runtime.ref(Greeter, 'Greeter').call.greet()).toBe('hello Cleo');
  });

  test('is looked up in the module of the server', async () => {
    @Module({ providers: [{ provide: Names, useValue: { first: 'inner' } }, Greeter] })
    class InnerModule {}
    const { runtime } = await boot(treeOf(Greeter), { imports: [InnerModule], providers: [Names] });
    expect(await runtime.ref(Greeter, 'Greeter').call.greet()).toBe('hello inner');
  });

  test('is made anew for each start where it is transient', async () => {
    let made = 0;
    @Injectable({ scope: Scope.TRANSIENT })
    class Buffer {
      readonly id = ++made;
    }
    @Supervised()
    class Writer extends GenServer {
      constructor(@Inject(Buffer) private readonly buffer: Buffer) {
        super();
      }
      id(): number {
        return this.buffer.id;
      }
    }
    const { runtime } = await boot(treeOf(Writer), { providers: [Buffer, Writer] });
    const writer = runtime.ref(Writer, 'Writer');
    expect(await writer.call.id()).toBe(1);
    runtime.kill('Writer');
    await settle(runtime);
    expect(await writer.call.id()).toBe(2);
  });
});

test('a server may be provided by a global module, which contributes it to the tree', async () => {
  @Supervisor({ strategy: 'one_for_one', children: [feature('greetings')] })
  class Root {}
  @Global()
  @Module({
    imports: [SupervisionModule.forFeature({ at: 'greetings', children: [Greeter] })],
    providers: [Names, Greeter],
  })
  class GreetingsModule {}
  class User {
    constructor(@InjectServer(Greeter) readonly greeter: ServerRef<Greeter>) {}
  }
  @Module({ providers: [User] })
  class UserModule {}
  const { app, runtime } = await boot(Root, { imports: [GreetingsModule, UserModule] });
  const { greeter } = app.get(User);
  runtime.kill('Greeter');
  await settle(runtime);
  expect(await greeter.call.greet()).toBe('hello Ada');
});

describe('a transient provider of a transient provider of a server', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Inner {
    readonly list: string[] = [];
  }
  @Injectable({ scope: Scope.TRANSIENT })
  class Outer {
    constructor(@Inject(Inner) readonly inner: Inner) {}
  }

  test('is constructed, which Nest by itself leaves out', async () => {
    @Supervised()
    class Collector extends GenServer {
      constructor(@Inject(Outer) private readonly outer: Outer) {
        super();
      }
      add(text: string): number {
        return this.outer.inner.list.push(text);
      }
    }
    const { runtime } = await boot(treeOf(Collector), { providers: [Inner, Outer, Collector] });
    const collector = runtime.ref(Collector, 'Collector');
    expect([await collector.call.add('a'), await collector.call.add('b')]).toEqual([1, 2]);
    runtime.kill('Collector');
    await settle(runtime);
    expect(await collector.call.add('c')).toBe(1);
  });
});

describe('a server that a factory makes', () => {
  const calls: string[] = [];
  const make = (names?: Names): Greeter => {
    calls.push(names?.first ?? 'nobody');
    return new Greeter(names ?? { first: 'nobody' });
  };

  test.each<readonly [string, Provider, string]>([
    ['with what it injects', { provide: Greeter, useFactory: make, inject: [Names] }, 'Ada'],
    ['that is async', { provide: Greeter, useFactory: async (names: Names) => make(names), inject: [Names] }, 'Ada'],
    [
      'with an optional dependency that nobody provides',
      { provide: Greeter, useFactory: make, inject: [{ token: 'nobody', optional: true }] },
      'nobody',
    ],
  ])('is made by it at each start: %s', async (_, provider, name) => {
    calls.length = 0;
    const providers = [Names, { ...provider, scope: Scope.TRANSIENT } as Provider];
    const { runtime } = await boot(treeOf(Greeter), { providers });
    const greeter = runtime.ref(Greeter, 'Greeter');
    expect(await greeter.call.greet()).toBe(`hello ${name}`);
    runtime.kill('Greeter');
    await settle(runtime);
    expect(await greeter.call.greet()).toBe(`hello ${name}`);
    expect(calls).toEqual([name, name]); // transient: none but for the starts
  });

  test('fails the boot when the factory gives something else', async () => {
    const provider = { provide: Greeter, useFactory: () => ({}) };
    await expect(boot(treeOf(Greeter), { providers: [provider] })).rejects.toThrow(
      /The factory that provides Greeter gave no GenServer/,
    );
  });

  test('that depends on a request is refused', async () => {
    const perRequest = { provide: Names, useClass: Names, scope: Scope.REQUEST };
    const provider = { provide: Greeter, useFactory: make, inject: [Names] };
    await expect(boot(treeOf(Greeter), { providers: [perRequest, provider] })).rejects.toMatchObject({
      kind: 'request_scoped',
    });
  });
});

describe('overrideProvider', () => {
  class FakeGreeter extends GenServer {
    greet(): string {
      return 'fake';
    }
  }

  function appWith(override: (builder: ReturnType<typeof Test.createTestingModule>) => typeof builder) {
    const imports = [SupervisionModule.forRoot({ root: treeOf(Greeter) })];
    const builder = Test.createTestingModule({ imports, providers: [Names, Greeter] });
    return override(builder.setLogger(new MemoryLogger())).compile();
  }

  test.each<readonly [string, Parameters<typeof appWith>[0]]>([
    ['useClass', (builder) => builder.overrideProvider(Greeter).useClass(FakeGreeter)],
    ['useFactory', (builder) => builder.overrideProvider(Greeter).useFactory({ factory: () => new FakeGreeter() })],
  ])('puts another server behind the ref, by %s', async (_, override) => {
    const app = await appWith(override);
    await app.init();
    expect(await app.get(Runtime).ref(Greeter, 'Greeter').call.greet()).toBe('fake');
    await app.close();
  });

  test('changes what a server injects', async () => {
    const app = await appWith((builder) => builder.overrideProvider(Names).useValue({ first: 'Eve' }));
    await app.init();
    expect(await app.get(Runtime).ref(Greeter, 'Greeter').call.greet()).toBe('hello Eve');
    await app.close();
  });

  test('with a value says what to override instead', async () => {
    const app = await appWith((builder) => builder.overrideProvider(Greeter).useValue({ greet: () => 'fake' }));
    await expect(app.init()).rejects.toMatchObject({
      kind: 'no_class',
      message: expect.stringMatching(/as a value.*overrides getServerToken\(Greeter\)/) as unknown,
    });
    await app.close();
  });
});

test('hooks of what a server injects are those of the module, and not called for each start', async () => {
  const ends: string[] = [];
  @Injectable()
  class Connection implements OnModuleDestroy {
    onModuleDestroy(): void {
      ends.push('closed');
    }
  }
  class Session extends GenServer {
    constructor(@Inject(Connection) readonly connection: Connection) {
      super();
    }
  }
  @DynamicSupervisor()
  class Sessions {}
  const { app } = await boot(treeOf(Sessions), {
    providers: [Connection, { provide: Session, useClass: Session, scope: Scope.TRANSIENT }],
  });
  const sessions: DynamicSupervisorRef = app.get(getServerToken(Sessions));
  for (let i = 0; i < 3; i++) await sessions.terminateChild(await sessions.startChild(child(Session)));
  expect(ends).toEqual([]);
  await app.close();
  expect(ends).toEqual(['closed']);
});
