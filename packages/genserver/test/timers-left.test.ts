import { expect, test } from '@jest/globals';
import { child, GenServer, GenStateMachine, type Self, Task } from '../src/index.js';
import { settle } from '../src/testing.js';
import { useRuntimes } from './support/test-runtime.js';

const newRuntime = useRuntimes();

class Server extends GenServer<number> {
  override init(): number {
    return 0;
  }

  run(work: (self: Self) => unknown): void {
    work(this.self);
  }

  crash(): never {
    throw new Error('down');
  }
}

class Machine extends GenStateMachine<{ readonly kind: 'a' }, 'x'> {
  override init(): { readonly kind: 'a' } {
    this.self.stateTimeout.set(1000, () => undefined);
    this.self.timeout('x').set(1000, () => undefined);
    return { kind: 'a' };
  }
}

test('a runtime that has shut down has no timer left, not even one that would not keep Node alive', async () => {
  const { runtime, clock } = newRuntime();
  const server = await runtime.start(Server, { name: 'server' });
  await server.with({ timeoutMs: 77 }).call.run((self) => {
    self.idleTimeout(1000);
    self.sendAfter(1000, 'x', { to: 'nobody' });
    self.sendInterval(1000, 'x');
    self.startTimer(1000, 'x');
  });
  runtime.sendAfter('nobody', 1000, 'x');
  runtime.sendAfter(server, 1000, 'x');
  await runtime.start(Machine);
  const children = [child(Server, { name: 'lost' })];
  await runtime.startSupervisor({ strategy: 'one_for_one', backoff: { initialMs: 1000 }, children });
  runtime.ref(Server, 'lost').cast.crash();
  await settle(runtime);
  const ended: string[] = [];
  for (const name of ['lost', 'nobody']) {
    runtime
      .ref(Server, name)
      .watch({ state: () => undefined, ended: ({ kind }) => void ended.push(`${name} ${kind}`) });
  }
  const waiting = Task.async(runtime, () => new Promise(() => undefined)).yield(1000);
  expect(clock.allTimers).toBeGreaterThanOrEqual(13); // of calls, of the server, to names, of the machine, …
  const stopped = runtime.shutdown();
  await clock.advance(0);
  await stopped;
  expect([clock.allTimers, ended]).toEqual([0, ['lost noproc', 'nobody noproc']]);
  expect(await waiting).toMatchObject({ kind: 'exit' });
});
