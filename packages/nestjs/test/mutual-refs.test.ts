import { describe, expect, test } from '@jest/globals';
import { forwardRef } from '@nestjs/common';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { InjectServer, Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

describe('servers that need each other', () => {
  @Supervised()
  class Ping extends GenServer {
    constructor(@InjectServer(forwardRef(() => Pong)) private readonly pong: ServerRef<{ hit(): string } & GenServer>) {
      super();
    }
    serve(): Promise<string> {
      return this.pong.call.hit();
    }
    hit(): string {
      return 'ping';
    }
  }

  @Supervised()
  class Pong extends GenServer {
    constructor(@InjectServer(Ping) private readonly ping: ServerRef<Ping>) {
      super();
    }
    serve(): Promise<string> {
      return this.ping.call.hit();
    }
    hit(): string {
      return 'pong';
    }
  }

  test('have refs of each other: by forwardRef where the class is not there yet, in lists of children too', async () => {
    @Supervisor({ strategy: 'one_for_one', children: [forwardRef(() => Ping), Pong] })
    class Table {}
    const { runtime } = await boot(Table, { providers: [Ping, Pong] });
    expect(await runtime.ref(Ping, 'Ping').call.serve()).toBe('pong');
    expect(await runtime.ref(Pong, 'Pong').call.serve()).toBe('ping');
  });
});
