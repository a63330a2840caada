import { expect, test } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { agent, type AgentRef, type Deferred, GenServer, refuse, type ServerRef } from '@rookery/genserver';
import type { CrashOutcome } from '@rookery/genserver/testing';
import { expectTypeOf } from 'expect-type';
import {
  type FakeCall,
  type FakeHandlers,
  SupervisionTestingModule,
  type SupervisionTestingModuleBuilder,
} from '../../src/testing/index.js';

interface Seat {
  readonly row: number;
}

class Lobby extends GenServer<readonly string[]> {
  override init(first: string, _size = 4): readonly string[] {
    return [first];
  }
  join(name: string, row?: number): Seat {
    return { row: row ?? name.length };
  }
  async leave(_name: string): Promise<void> {}
  turn(): Deferred<'left' | 'right'> {
    return this.self.defer();
  }
}

const HITS = agent({ initial: () => 0, name: 'hits' });
type Handlers = FakeHandlers<Lobby>;

function fakeLobby(): SupervisionTestingModuleBuilder {
  const by = SupervisionTestingModule.createTestingModule({}).overrideServer(Lobby);
  by.useFake({
    join: (name, row) => ({ row: row ?? name.length }),
    leave: () => {},
    turn: async () => 'left' as const,
  });
  by.useFake({ join: () => refuse(new Error('full')), init: (first, size) => [first, String(size)] });
  by.useFake((first, size = 1) => ({ join: () => ({ row: first.length + size }) }));
  // @ts-expect-error: a message of another class
  by.useFake({ shout: () => {} });
  // @ts-expect-error: another reply
  by.useFake({ join: () => 'row 3' });
  // @ts-expect-error: other arguments
  by.useFake({ join: (name: number) => ({ row: name }) });
  // @ts-expect-error: another state
  by.useFake({ init: () => 3 });
  // @ts-expect-error: a callback is no message
  by.useFake({ terminate: () => {} });
  return by.useFake({});
}

async function use(module: SupervisionTestingModule): Promise<void> {
  expectTypeOf(module).toExtend<TestingModule>();
  expectTypeOf(module.ref(Lobby)).toEqualTypeOf<ServerRef<Lobby>>();
  expectTypeOf(module.ref(HITS)).toEqualTypeOf<AgentRef<number>>();
  expectTypeOf(await module.crash(Lobby)).toEqualTypeOf<CrashOutcome>();
  const lobby = module.fake(Lobby);
  const joins = lobby.callsOf('join');
  expectTypeOf<(typeof joins)[number]>().toEqualTypeOf<Parameters<Lobby['join']>>();
  // @ts-expect-error: no message
  lobby.callsOf('shout');
  // @ts-expect-error: no server class
  module.ref(Seatless);
}

class Seatless {}

test('what fakes are made of is inferred from the server class', () => {
  expectTypeOf<Parameters<NonNullable<Handlers['join']>>>().toEqualTypeOf<Parameters<Lobby['join']>>();
  expectTypeOf<ReturnType<NonNullable<Handlers['join']>>>().toEqualTypeOf<Seat | Promise<Seat>>();
  expectTypeOf<ReturnType<NonNullable<Handlers['turn']>>>().toEqualTypeOf<
    'left' | 'right' | Promise<'left' | 'right'>
  >();
  expectTypeOf<FakeCall<Lobby>['name']>().toEqualTypeOf<'join' | 'leave' | 'turn'>();
  expectTypeOf<Extract<FakeCall<Lobby>, { readonly name: 'leave' }>['args']>().toEqualTypeOf<[_name: string]>();
  expectTypeOf(fakeLobby).returns.toEqualTypeOf<SupervisionTestingModuleBuilder>();
  expectTypeOf(use).returns.toEqualTypeOf<Promise<void>>();
  expect(fakeLobby).toThrow(/Expected `shout` to be left out, as the messages of Lobby are join, leave, turn/);
});

test('chains go on after overrides of Nest', () => {
  const chain = (): Promise<SupervisionTestingModule> =>
    SupervisionTestingModule.createTestingModule({})
      .overrideProvider(Seatless)
      .useValue({})
      .overrideServer(Lobby)
      .useFake({})
      .overrideGuard(Seatless)
      .useClass(Seatless)
      .useMocker(() => ({}))
      .setLogger(console)
      .startOnly(Lobby)
      .compile();
  expect(chain).toBeInstanceOf(Function);
  expectTypeOf(chain).toEqualTypeOf<() => Promise<SupervisionTestingModule>>();
  expectTypeOf(SupervisionTestingModule.createTestingModule).parameters.toEqualTypeOf<
    Parameters<typeof Test.createTestingModule>
  >();
});
