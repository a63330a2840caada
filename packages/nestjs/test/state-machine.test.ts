import { expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { child, type DynamicSupervisorRef, GenStateMachine, postpone, type ServerRef } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { DynamicSupervisor, InjectServer, Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

@Injectable()
class Prices {
  readonly entry = 2;
}

type State = { readonly kind: 'locked'; readonly coins: number } | { readonly kind: 'open' };

@Supervised()
class Turnstile extends GenStateMachine<State> {
  readonly #entered: string[] = [];

  constructor(@Inject(Prices) private readonly prices: Prices) {
    super();
  }
  override init(): State {
    return { kind: 'locked', coins: 0 };
  }
  override handleEnter(): void {
    this.#entered.push(this.state.kind);
  }
  insert(): string {
    return this.when({
      locked: ({ coins }) => {
        const isPaid = coins + 1 === this.prices.entry;
        this.state = isPaid ? { kind: 'open' } : { kind: 'locked', coins: coins + 1 };
        return 'taken';
      },
      open: () => 'returned',
    });
  }
  push(): string {
    return this.when({ locked: () => postpone(), open: () => 'through' });
  }
  entered(): readonly string[] {
    return this.#entered;
  }
}

@Supervised({ restart: 'temporary' })
class Gate extends GenStateMachine<{ readonly kind: 'shut'; readonly price: number }> {
  constructor(@Inject(Prices) private readonly prices: Prices) {
    super();
  }
  override init(discount: number): { readonly kind: 'shut'; readonly price: number } {
    return { kind: 'shut', price: this.prices.entry - discount };
  }
  price(): number {
    return this.state.price;
  }
}

@DynamicSupervisor({ child: Gate })
class Gates {}

@Supervisor({ strategy: 'one_for_one', children: [Turnstile, Gates] })
class App {}

@Injectable()
class Host {
  constructor(
    @InjectServer(Turnstile) readonly turnstile: ServerRef<Turnstile>,
    @InjectServer(Gates) readonly gates: DynamicSupervisorRef<Gate>,
  ) {}
}

const providers = [Prices, Turnstile, Gate, Gates, App, Host];

test('a state machine is a child like any server: injected, and made anew at a restart', async () => {
  const { app, runtime } = await boot(App, { providers });
  const { turnstile } = app.get(Host);
  const pushed = turnstile.call.push();
  await turnstile.call.insert();
  await turnstile.call.insert();
  expect([await pushed, await turnstile.call.entered()]).toEqual(['through', ['locked', 'open']]);
  runtime.kill(turnstile);
  await settle(runtime);
  expect([await turnstile.call.insert(), await turnstile.call.entered()]).toEqual(['taken', ['locked']]);
});

test('state machines under a dynamic supervisor are injected, too', async () => {
  const { app } = await boot(App, { providers });
  const gate = await app.get(Host).gates.startChild(child(Gate, { args: [1] }));
  expect(await gate.call.price()).toBe(1);
});
