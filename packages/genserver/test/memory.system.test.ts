import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { child, type Deferred, GenServer, type Runtime, type ServerRef } from '../src/index.js';
import { useRuntimes } from './support/test-runtime.js';

const newRuntime = useRuntimes();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

class Player extends GenServer {
  #left = 0;
  #runtime: Runtime | undefined;
  #peer = '';

  override init(runtime: Runtime, peer: string): void {
    this.#runtime = runtime;
    this.#peer = peer;
  }

  play(rallies: number): void {
    this.#left = rallies;
    this.hit();
  }

  hit(): void {
    if (this.#left-- > 0) this.#runtime?.ref(Player, this.#peer).cast.hit();
  }

  async hitAndWait(left: number): Promise<void> {
    await Promise.resolve();
    if (left > 0) this.#runtime?.ref(Player, this.#peer).cast.hitAndWait(left - 1);
  }
}

test.each([['synchronous'], ['asynchronous']] as const)(
  'a message does not keep those alive that it follows from: %s handlers',
  async (kind) => {
    const { runtime, clock } = newRuntime();
    const ping = await runtime.start(Player, { name: 'ping', args: [runtime, 'pong'] });
    const pong = await runtime.start(Player, { name: 'pong', args: [runtime, 'ping'] });
    const before = heapMegabytes();
    pong.cast.play(kind === 'synchronous' ? 100_000 : 0);
    if (kind === 'synchronous') ping.cast.play(100_000);
    else ping.cast.hitAndWait(100_000);
    await clock.advance(0);
    expect(heapMegabytes() - before).toBeLessThan(8); // 200,000 messages kept alive would be over 25 MB
  },
);

class Desk extends GenServer {
  readonly data = Array.from({ length: 250_000 }, (_, index) => index);
  #turns: Deferred<number>[] = [];

  wait(): Deferred<number> {
    const turn = this.self.defer<number>();
    this.#turns.push(turn);
    return turn;
  }

  serve(): void {
    for (const turn of this.#turns) turn.reply(1);
    this.#turns = [];
  }
}

test('an answer that was put off is forgotten when it is given', async () => {
  const { runtime } = newRuntime();
  const desk = await runtime.start(Desk);
  const before = heapMegabytes();
  for (let round = 0; round < 200; round++) {
    const turns = Array.from({ length: 500 }, () => desk.call.wait());
    desk.cast.serve();
    await Promise.all(turns);
  }
  expect(heapMegabytes() - before).toBeLessThan(8); // 100,000 requests that are kept would be over 20 MB
});

test('a ref does not keep what the server held when it has ended', async () => {
  const { runtime } = newRuntime();
  const before = heapMegabytes();
  const refs: ServerRef<Desk>[] = [];
  for (let index = 0; index < 20; index++) {
    const ref = await runtime.start(Desk);
    refs.push(ref);
    await runtime.stop(ref);
  }
  expect(heapMegabytes() - before).toBeLessThan(8); // 20 servers of 2 MB each
  expect(refs.filter(({ isAlive }) => isAlive)).toEqual([]);
});

class Hub extends GenServer {
  #runtime: Runtime | undefined;

  override init(runtime: Runtime): void {
    this.#runtime = runtime;
    this.self.trapExit(true);
  }

  async callOther(): Promise<number> {
    return (await this.#runtime?.ref(Hub, 'other').call.one()) ?? 0;
  }

  one(): number {
    return 1;
  }

  async meet(how: 'link' | 'monitor'): Promise<void> {
    const peer = await this.#runtime?.start(Hub, { args: [this.#runtime] });
    if (peer === undefined) return;
    this.self[how](peer);
    await this.#runtime?.stop(peer);
  }

  override handleInfo(): void {}
}

test.each([
  ['calls made by handlers', 50_000, (hub: ServerRef<Hub>) => hub.call.callOther()],
  ['links to servers that have ended', 10_000, (hub: ServerRef<Hub>) => hub.call.meet('link')],
  ['monitors of servers that have ended', 10_000, (hub: ServerRef<Hub>) => hub.call.meet('monitor')],
] as const)('%s are forgotten', async (_, rounds, act) => {
  const { runtime, events } = newRuntime();
  await runtime.start(Hub, { name: 'other', args: [runtime] });
  const hub = await runtime.start(Hub, { args: [runtime] });
  await act(hub);
  const before = heapMegabytes();
  for (let round = 0; round < rounds; round++) await act(hub);
  const eventMegabytes = (events.length * 200) / 2 ** 20; // the test itself keeps all events
  expect(heapMegabytes() - before - eventMegabytes).toBeLessThan(4);
});

class Brittle extends GenServer {
  fail(): void {
    throw new Error('again');
  }
}

test('restarts are forgotten when they are older than the window', async () => {
  const { runtime, clock, events } = newRuntime();
  const children = [child(Brittle, { name: 'brittle' })];
  await runtime.startSupervisor({ strategy: 'one_for_one', maxRestarts: 1, maxSeconds: 1, children });
  const brittle = runtime.ref(Brittle, 'brittle');
  const before = heapMegabytes();
  for (let round = 0; round < 2000; round++) {
    brittle.cast.fail();
    await clock.advance(1001);
  }
  expect(runtime.tree()[0]?.children[0]?.restarts).toBe(2000);
  const eventMegabytes = (events.length * 1500) / 2 ** 20; // with the stack of each crash
  expect(heapMegabytes() - before - eventMegabytes).toBeLessThan(4);
});

class Importer extends GenServer {
  override init(rows: { readonly length: number }): void {
    this.self.setLabel(rows.length); // and keeps nothing of them
  }
}

test.each(['the runtime', 'a function of its own'])(
  'a server holds nothing of the arguments of its init that it does not keep: made by %s (SUP-030)',
  async (how) => {
    const { runtime } = newRuntime();
    const start = async (): Promise<WeakRef<object>> => {
      const rows = [1, 2, 3];
      const own = how === 'the runtime' ? {} : { create: () => new Importer() };
      await runtime.start(Importer, { name: 'importer', args: [rows], ...own });
      return new WeakRef(rows);
    };
    const rows = await start();
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef keeps its target to the end of the turn
    collectGarbage();
    expect([rows.deref(), runtime.info('importer')?.label]).toEqual([undefined, 3]);
  },
);
