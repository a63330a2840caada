import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { GenServer } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { Supervised, Supervisor } from '../src/index.js';
import { useApps } from './support/apps.js';

const boot = useApps();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const made: WeakRef<object>[] = [];

@Injectable({ scope: Scope.TRANSIENT })
class Inner {
  readonly bytes = new Uint8Array(100_000);
  constructor() {
    made.push(new WeakRef(this));
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Outer {
  constructor(@Inject(Inner) readonly inner: Inner) {
    made.push(new WeakRef(this));
  }
}

@Supervised()
class Worker extends GenServer {
  @Inject(Inner) readonly ofProperty!: Inner;

  constructor(@Inject(Outer) readonly outer: Outer) {
    super();
    made.push(new WeakRef(this));
  }
}

@Supervisor({ strategy: 'one_for_one', maxRestarts: 1000, children: [Worker] })
class Root {}

test('a restart releases the instance that ended, and all transient ones that were made for it', async () => {
  const { runtime } = await boot(Root, { providers: [Inner, Outer, Worker] });
  for (let restarts = 0; restarts < 50; restarts++) {
    runtime.kill('Worker');
    await settle(runtime);
  }
  await new Promise((resolve) => setImmediate(resolve)); // a WeakRef holds until the end of its turn
  collectGarbage();
  const alive = made.filter((each) => each.deref() !== undefined).length;
  expect(made).toHaveLength(4 * 51);
  expect(alive).toBeLessThanOrEqual(4 * 2); // those that run, and at most those of the last restart
});
