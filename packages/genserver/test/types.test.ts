import { expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  child,
  type ChildSpec,
  type Deferred,
  type DynamicSupervisorRef,
  dynamicSupervisor,
  GenServer,
  type Ignored,
  ignore,
  type InitResult,
  type MessageName,
  refuse,
  type Runtime,
  type ServerRef,
  type Started,
  type Stopped,
  supervisor,
  type SupervisorRef,
} from '../src/index.js';

class Lobby extends GenServer<readonly string[]> {
  readonly seats = 4;
  override init(first: string, ...others: readonly string[]): readonly string[] {
    return [first, ...others];
  }
  join(player: string, seat = 1): number {
    return this.isFull() ? refuse(new Error('full')) : player.length + seat;
  }
  async size(): Promise<number> {
    return this.state.length;
  }
  turn(): Deferred<'red' | 'blue'> {
    return this.self.defer<'red' | 'blue'>();
  }
  maybe(flag: boolean): string | Deferred<string> {
    return flag ? 'now' : this.self.defer<string>();
  }
  async later(): Promise<Deferred<number>> {
    return this.self.defer<number>();
  }
  pick<T>(items: readonly T[]): T | undefined {
    return items[0];
  }
  kick(...players: readonly string[]): void {
    this.state = this.state.filter((player) => !players.includes(player));
  }
  get isEmpty(): boolean {
    return this.state.length === 0;
  }
  protected isFull(): boolean {
    return this.state.length >= this.seats;
  }
  private readonly secret = (): string => 'secret';
  private hidden(): string {
    return this.secret();
  }
  override terminate(): void {
    this.hidden();
  }
}

class Optional extends GenServer {
  override init(_name = 'x'): void {}
}
class Plain extends GenServer {
  ping(): string {
    return 'pong';
  }
}
class Maybe extends GenServer<number> {
  override init(): InitResult<number> {
    return ignore();
  }
}
class MaybeLater extends GenServer<number> {
  override async init(): Promise<number | Ignored> {
    return ignore();
  }
}
class MayFail extends GenServer<number> {
  override init(): number | Stopped {
    return 1;
  }
}

declare const lobby: ServerRef<Lobby>;
declare const runtime: Runtime;

/** Checked by the compiler, never run: the refs above do not exist. */
const checks: Record<string, () => void> = {
  'messages are the public methods; callbacks, accessors, fields, private and protected methods are none': () => {
    expectTypeOf<MessageName<Lobby>>().toEqualTypeOf<'join' | 'size' | 'turn' | 'maybe' | 'later' | 'pick' | 'kick'>();
    expectTypeOf<MessageName<Plain>>().toEqualTypeOf<'ping'>();
    // @ts-expect-error an unknown message
    void lobby.call.leave;
    // @ts-expect-error a private method
    void lobby.call.hidden;
    // @ts-expect-error a protected method
    void lobby.cast.isFull;
    // @ts-expect-error a callback
    void lobby.call.terminate;
    // @ts-expect-error another callback
    void lobby.call.init;
    // @ts-expect-error a field
    void lobby.call.seats;
    // @ts-expect-error an accessor
    void lobby.call.isEmpty;
  },

  'arguments are those of the method': () => {
    expectTypeOf(lobby.call.join).parameters.toEqualTypeOf<[player: string, seat?: number | undefined]>();
    expectTypeOf(lobby.cast.join).parameters.toEqualTypeOf<[player: string, seat?: number | undefined]>();
    void lobby.call.kick('ada', 'bob');
    // @ts-expect-error a missing argument
    void lobby.call.join();
    // @ts-expect-error a wrong argument
    void lobby.call.join(1);
    // @ts-expect-error one argument too many
    lobby.cast.join('ada', 1, 2);
    // @ts-expect-error a wrong rest argument
    void lobby.call.kick(1);
  },

  'a reply is what the method returns: promises and deferred answers unwrapped, refuse() invisible': () => {
    expectTypeOf(lobby.call.join).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(lobby.call.size).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(lobby.call.turn).returns.toEqualTypeOf<Promise<'red' | 'blue'>>();
    expectTypeOf(lobby.call.maybe).returns.toEqualTypeOf<Promise<string>>();
    expectTypeOf(lobby.call.later).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(lobby.call.kick('ada')).toEqualTypeOf<Promise<void>>();
    expectTypeOf(lobby.cast.size).returns.toEqualTypeOf<void>();
    expectTypeOf(lobby.with({ timeoutMs: 1 }).call.size).returns.toEqualTypeOf<Promise<number>>();
    // @ts-expect-error a wrong reply type
    void (lobby.call.size() satisfies Promise<string>);
  },

  'args of a start and of a child are required where init requires them': () => {
    void runtime.start(Lobby, { args: ['ada', 'bob', 'eve'] });
    void runtime.start(Optional);
    void runtime.start(Optional, { args: ['name'], name: 'optional' });
    void runtime.start(Plain, { name: Symbol('plain') });
    child(Lobby, { args: ['ada'], restart: 'transient', shutdownMs: 'brutal_kill' });
    child(Optional, { id: 'one' });
    // @ts-expect-error args are required
    void runtime.start(Lobby);
    // @ts-expect-error args are required, whatever else is given
    child(Lobby, { name: 'lobby' });
    // @ts-expect-error a wrong argument
    void runtime.start(Lobby, { args: [1] });
    // @ts-expect-error init takes nothing
    void runtime.start(Maybe, { args: [1] });
    // @ts-expect-error GenServer's own init takes nothing
    void runtime.start(Plain, { args: [1] });
    // @ts-expect-error another class than the one that create makes
    void runtime.start(Lobby, { args: ['ada'], create: () => new Plain() });
    // @ts-expect-error no such restart
    child(Plain, { restart: 'sometimes' });
  },

  'a start gives undefined only where init may ignore': () => {
    expectTypeOf<Started<Lobby>>().toEqualTypeOf<ServerRef<Lobby>>();
    expectTypeOf<Started<Optional>>().toEqualTypeOf<ServerRef<Optional>>();
    expectTypeOf<Started<Plain>>().toEqualTypeOf<ServerRef<Plain>>();
    expectTypeOf<Started<MayFail>>().toEqualTypeOf<ServerRef<MayFail>>();
    expectTypeOf<Started<Maybe>>().toEqualTypeOf<ServerRef<Maybe> | undefined>();
    expectTypeOf<Started<MaybeLater>>().toEqualTypeOf<ServerRef<MaybeLater> | undefined>();
    expectTypeOf(runtime.start(Plain)).resolves.toEqualTypeOf<ServerRef<Plain>>();
    expectTypeOf(child(Maybe)).toEqualTypeOf<ChildSpec<ServerRef<Maybe> | undefined>>();
  },

  'state has the type that init gives': () => {
    expectTypeOf<Lobby['state']>().toEqualTypeOf<readonly string[]>();
    void class extends GenServer<number> {
      // @ts-expect-error init must give a state
      override init(): string {
        return 'x';
      }
    };
  },

  'a supervisor is given all the time it needs: it takes no shutdownMs': () => {
    expectTypeOf(
      supervisor({ strategy: 'one_for_all', children: [Plain, child(Plain, { id: 2 as never })] }),
    ).toEqualTypeOf<ChildSpec<SupervisorRef>>();
    expectTypeOf(dynamicSupervisor<Lobby>({ maxChildren: 1 })).toEqualTypeOf<ChildSpec<DynamicSupervisorRef<Lobby>>>();
    // @ts-expect-error no time limit
    supervisor({ strategy: 'one_for_one', children: [], shutdownMs: 5000 });
    // @ts-expect-error no time limit
    dynamicSupervisor({ shutdownMs: 5000 });
    // @ts-expect-error no such strategy
    supervisor({ strategy: 'some_for_one', children: [] });
    // @ts-expect-error a strategy is required
    supervisor({ children: [] });
  },
};

test.each(Object.keys(checks))('%s', (rule) => {
  // The compiler has done the work: `npm run typecheck` fails where a line here is wrong.
  expect(checks[rule]).toBeInstanceOf(Function);
});
