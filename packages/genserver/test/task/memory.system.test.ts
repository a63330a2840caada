import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { asyncStream, GenServer, Task } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What a task works with, and what nobody may hold when it is done. */
class Work {
  readonly run = (input: number): number => input;
}

class Owner extends GenServer {
  readonly works: WeakRef<Work>[] = [];

  async stream(signal: AbortSignal, last: number): Promise<void> {
    const work = new Work();
    this.works.push(new WeakRef(work));
    for await (const result of asyncStream(this.self, [1, 2, 3], (input) => work.run(input), { signal })) {
      if (result.kind === 'ok' && result.value === last) break;
    }
  }

  async task(signal: AbortSignal): Promise<void> {
    const work = new Work();
    this.works.push(new WeakRef(work));
    await Task.async(this.self, () => work.run(1)).await({ signal });
  }

  held(): number {
    return this.works.filter((work) => work.deref() !== undefined).length;
  }
}

test.each(['a stream to its end', 'a stream, left early', 'a task'] as const)(
  'a server that lives on holds nothing of what it was done with: %s',
  async (how) => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Owner);
    const { signal } = new AbortController();
    for (let round = 0; round < 20; round++) {
      if (how === 'a task') await owner.call.task(signal);
      else await owner.call.stream(signal, how === 'a stream, left early' ? 2 : 4);
    }
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef keeps its target to the end of the turn
    collectGarbage();
    expect(await owner.call.held()).toBeLessThanOrEqual(1); // the last one may stand in a register
  },
);
