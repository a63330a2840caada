import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { GenServer, type Runtime } from '../src/index.js';
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
