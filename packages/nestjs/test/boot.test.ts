import { describe, expect, test } from '@jest/globals';
import { Injectable, type OnApplicationBootstrap, type Provider, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  child,
  type DynamicSupervisorRef,
  type ExitReason,
  GenServer,
  type ServerRef,
  supervisor,
} from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import {
  DynamicSupervisor,
  getServerToken,
  InjectServer,
  Supervised,
  SupervisionModule,
  Supervisor,
} from '../src/index.js';
import { MemoryLogger, useApps } from './support/apps.js';

@Injectable()
class Greeting {
  readonly text = 'hello';
}

let made = 0;

@Supervised()
class Greeter extends GenServer {
  constructor(private readonly greeting: Greeting) {
    super();
    made++;
  }

  greet(name: string): string {
    return `${this.greeting.text} ${name}`;
  }

  fail(): void {
    throw new Error('broken');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Greeter] })
class AppSupervisor {}

@Injectable()
class Host {
  constructor(@InjectServer(Greeter) readonly greeter: ServerRef<Greeter>) {}
}

const boot = useApps();

describe('a server in the tree', () => {
  test('is made by Nest with constructor injection, anew at each restart, and reached through the same ref', async () => {
    made = 0;
    const { app, runtime } = await boot(AppSupervisor, { providers: [Greeting, Greeter, AppSupervisor, Host] });
    const { greeter } = app.get(Host);
    expect(await greeter.call.greet('Ada')).toBe('hello Ada');
    expect(made).toBe(1);
    await expect(greeter.call.fail()).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    expect(await greeter.call.greet('Bob')).toBe('hello Bob');
    expect(made).toBe(2);
    await settle(runtime);
    expect(runtime.tree()[0]?.children[0]).toMatchObject({ name: 'Greeter', restarts: 1 });
  });
});

/** Provided, and not decorated. */
@Injectable()
class Clerk extends GenServer {
  constructor(private readonly greeting: Greeting) {
    super();
  }

  greet(): string {
    return this.greeting.text;
  }
}

describe('a server that is given by specification', () => {
  @DynamicSupervisor()
  class Clerks {}

  async function startClerk(...providers: readonly Provider[]): Promise<ServerRef<Clerk>> {
    @Supervisor({ strategy: 'one_for_one', children: [Clerks] })
    class Root {}
    const { app } = await boot(Root, { providers: [Greeting, Clerks, Root, ...providers] });
    const clerks: DynamicSupervisorRef<Clerk> = app.get(getServerToken(Clerks));
    return clerks.startChild(child(Clerk));
  }

  test.each([
    ['in a children list', () => child(Clerk, { name: 'clerk' })],
    [
      'below supervisor()',
      () => supervisor({ id: 'inner', strategy: 'one_for_one', children: [child(Clerk, { name: 'clerk' })] }),
    ],
  ])('is injected, %s', async (_, spec) => {
    @Supervisor({ strategy: 'one_for_one', children: [spec()] })
    class Root {}
    const { runtime } = await boot(Root, { providers: [Greeting, Clerk, Root] });
    expect(await runtime.ref(Clerk, 'clerk').call.greet()).toBe('hello');
  });

  test('is in the tree, though decorated', async () => {
    @Supervisor({ strategy: 'one_for_one', children: [child(Greeter, { name: 'second' })] })
    class Root {}
    const { runtime } = await boot(Root, { providers: [Greeting, Greeter, Root] });
    expect(await runtime.ref(Greeter, 'second').call.greet('Ada')).toBe('hello Ada');
  });

  test.each([
    ['its class', Clerk],
    ['another token', { provide: 'clerk', useClass: Clerk }],
  ])('is injected when started dynamically, provided by %s', async (_, provider) => {
    const clerk = await startClerk(provider);
    expect(await clerk.call.greet()).toBe('hello');
  });

  test('and that no module provides does not start without what it injects', async () => {
    await expect(startClerk()).rejects.toMatchObject({ cause: { kind: 'not_provided', className: 'Clerk' } });
  });

  test('and that depends on a request does not start, and does not hinder the boot', async () => {
    const perRequest = { provide: Greeting, useClass: Greeting, scope: Scope.REQUEST };
    await expect(startClerk(perRequest, Clerk)).rejects.toMatchObject({ cause: { kind: 'request_scoped' } });
  });
});

test('a boot that fails in another provider has stopped the tree before it says so', async () => {
  const ends: string[] = [];
  @Supervised()
  class Orderly extends GenServer {
    override init(): void {
      this.self.trapExit(true);
    }

    override terminate({ kind }: ExitReason): void {
      ends.push(kind);
    }
  }
  @Injectable()
  class Broken implements OnApplicationBootstrap {
    onApplicationBootstrap(): void {
      throw new Error('no queue');
    }
  }
  @Supervisor({ strategy: 'one_for_one', children: [Orderly] })
  class Root {}
  const app = await Test.createTestingModule({
    imports: [SupervisionModule.forRoot({ root: Root })],
    providers: [Orderly, Root, Broken],
  })
    .setLogger(new MemoryLogger())
    .compile();
  await expect(app.init()).rejects.toThrow('no queue');
  expect(ends).toEqual(['shutdown']);
  await app.close();
  expect(ends).toEqual(['shutdown']);
});
