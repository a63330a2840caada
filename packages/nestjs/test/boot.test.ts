import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { InjectServer, Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

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
