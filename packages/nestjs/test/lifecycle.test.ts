import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { child, type ExitReason, GenServer, Registry, type ServerRef, via } from '@rookery/genserver';
import { ManualClock, settle } from '@rookery/genserver/testing';
import type { DynamicSupervisorRef, SupervisorRef } from '@rookery/genserver';
import { DynamicSupervisor, InjectServer, Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

abstract class Recorded extends GenServer {
  @Inject(Journal) readonly journal!: Journal;

  override init(): void {
    this.self.trapExit(true);
    this.journal.lines.push(`+${this.constructor.name}`);
  }

  override terminate(reason: ExitReason): void | Promise<void> {
    this.journal.lines.push(`-${this.constructor.name} ${reason.kind}`);
  }

  crash(): void {
    throw new Error('crashed on purpose');
  }
}

@Supervised()
class Store extends Recorded {}

@Supervised()
class Lobby extends Recorded {}

@Supervised({ restart: 'transient' })
class Room extends Recorded {
  title(): string {
    return this.self.name;
  }

  leave(): void {
    this.self.stop();
  }
}

@DynamicSupervisor({ child: Room, maxChildren: 2 })
class Rooms {}

@Supervisor({
  strategy: 'rest_for_one',
  children: [child(Registry, { args: [{ keys: 'unique' }], name: 'rooms' }), Lobby, Rooms],
})
class Core {}

@Supervisor({ strategy: 'one_for_one', children: [Store, Core] })
class App {}

@Injectable()
class Host implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly seen: string[] = [];

  constructor(
    readonly journal: Journal,
    @InjectServer(Lobby) readonly lobby: ServerRef<Lobby>,
    @InjectServer(Core) readonly core: SupervisorRef,
    @InjectServer(Rooms) readonly rooms: DynamicSupervisorRef<Room>,
  ) {}

  onApplicationBootstrap(): void {
    this.seen.push(`bootstrap: lobby ${this.lobby.isAlive ? 'up' : 'down'}`);
  }

  onApplicationShutdown(): void {
    this.seen.push(`shutdown: lobby ${this.lobby.isAlive ? 'up' : 'down'}`);
  }
}

const providers = [Journal, Store, Lobby, Room, Rooms, Core, App, Host];

describe('a tree in a Nest application', () => {
  test('is up before the other providers bootstrap, and still up when they shut down (APP-030)', async () => {
    const { app } = await boot(App, { providers });
    const host = app.get(Host);
    await app.close();
    expect(host.seen).toEqual(['bootstrap: lobby up', 'shutdown: lobby up']);
  });

  test('starts in the order listed and stops in reverse', async () => {
    const { app } = await boot(App, { providers });
    const { journal, rooms } = app.get(Host);
    await rooms.startChild(child(Room, { name: via('rooms', 'red') }));
    await app.close();
    expect(journal.lines).toEqual([
      '+Store',
      '+Lobby',
      '+Room',
      '-Room shutdown',
      '-Lobby shutdown',
      '-Store shutdown',
    ]);
  });

  test('is logged when it has started', async () => {
    const { logger } = await boot(App, { providers });
    expect(logger.lines.join('\n')).toMatch(/Started\n.*App \(one_for_one\)\n.*Store\n.*Core \(rest_for_one\)/);
  });

  test('a dynamic child is injected too, and takes what its decorator says as its defaults', async () => {
    const { app, runtime } = await boot(App, { providers });
    const { rooms, journal } = app.get(Host);
    const red = await rooms.startChild(child(Room, { name: via('rooms', 'red') }));
    expect(await red.call.title()).toBe('rooms/red');
    await red.call.leave();
    await settle(runtime);
    expect(await rooms.countChildren()).toMatchObject({ active: 0 }); // transient: not restarted after a normal end
    expect(journal.lines.at(-1)).toBe('-Room normal');
  });

  test('the limit of a dynamic supervisor holds', async () => {
    const { app } = await boot(App, { providers });
    const { rooms } = app.get(Host);
    await rooms.startChild(child(Room));
    await rooms.startChild(child(Room));
    await expect(rooms.startChild(child(Room))).rejects.toMatchObject({ code: 'ERR_GENSERVER_MAX_CHILDREN' });
  });

  test('a crash is logged with its message, its error and the restart', async () => {
    const { app, logger, runtime } = await boot(App, { providers });
    await expect(app.get(Host).lobby.call.crash()).rejects.toThrow('crashed on purpose');
    await settle(runtime);
    const text = logger.lines.join('\n');
    expect(text).toMatch(
      /error Lobby crashed while handling "crash" \(0 messages waiting\): Error: crashed on purpose/,
    );
    expect(text).toMatch(/warn Core restarted Lobby/);
  });

  test('supervisors are injected as refs', async () => {
    const { app } = await boot(App, { providers });
    const children = await app.get(Host).core.whichChildren();
    expect(children.map(({ id }) => id)).toEqual(['rooms', 'Lobby', 'Rooms']);
  });

  test('a provider replaced by another server class in a test runs in its place', async () => {
    class FakeLobby extends GenServer {
      crash(): string {
        return 'not me';
      }
    }
    const replaced = providers.map((provider) =>
      provider === Lobby ? { provide: Lobby, useClass: FakeLobby } : provider,
    );
    const { app } = await boot(App, { providers: replaced });
    expect(await app.get(Host).lobby.call.crash()).toBe('not me');
  });

  test('a failed boot stops what had started, in reverse, and names the child (APP-030)', async () => {
    @Supervised()
    class Broken extends GenServer {
      override init(): void {
        throw new Error('no database');
      }
    }
    @Supervisor({ strategy: 'one_for_one', children: [Store, Lobby, Broken] })
    class Root {}
    const journal = new Journal();
    const journalProvider = { provide: Journal, useValue: journal };
    const failed = boot(Root, { providers: [journalProvider, Store, Lobby, Broken, Root] });
    await expect(failed).rejects.toMatchObject({
      code: 'ERR_GENSERVER_START_FAILED',
      message: expect.stringMatching(/Root.*Broken.*no database/s) as unknown,
    });
    expect(journal.lines).toEqual(['+Store', '+Lobby', '-Lobby shutdown', '-Store shutdown']);
  });
});

describe('when the root gives up', () => {
  test('onGiveUp hears the reason, once, and the log says so', async () => {
    const reasons: ExitReason[] = [];
    const { app, runtime, logger } = await boot(
      App,
      { providers },
      { onGiveUp: (reason) => void reasons.push(reason) },
    );
    const { lobby } = app.get(Host);
    for (let i = 0; i < 16; i++) {
      await lobby.call.crash().catch(() => {}); // the crash is the point
      await settle(runtime);
    }
    expect(reasons).toEqual([{ kind: 'shutdown' }]);
    expect(logger.lines.join('\n')).toMatch(/error The tree gave up: App ended \(shutdown\)/);
  });

  test('not when the application closes', async () => {
    const reasons: ExitReason[] = [];
    const { app } = await boot(App, { providers }, { onGiveUp: (reason) => void reasons.push(reason) });
    await app.close();
    expect(reasons).toEqual([]);
  });
});

describe('the shutdown deadline', () => {
  test('kills what is left, and the log names it', async () => {
    @Supervised({ shutdownMs: 'infinity' })
    class Stuck extends Recorded {
      override terminate(): Promise<void> {
        return new Promise(() => {});
      }
    }
    @Supervisor({ strategy: 'one_for_one', children: [Store, Stuck] })
    class Root {}
    const clock = new ManualClock();
    const { app, logger } = await boot(
      Root,
      { providers: [Journal, Store, Stuck, Root] },
      { clock, shutdownTimeoutMs: 1000 },
    );
    const closed = app.close();
    await clock.advance(999);
    expect(logger.lines.join('\n')).not.toMatch(/Killed/);
    await clock.advance(1);
    await closed;
    expect(logger.lines.join('\n')).toMatch(/error Killed at the shutdown deadline: .*Stuck/);
  });
});
