import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram, transpile } from './own-process.js';

let sources: Awaited<ReturnType<typeof transpile>>;

beforeAll(async () => {
  sources = await transpile();
});

afterAll(() => sources.remove());

const PRELUDE = `
  import { GenServer, Runtime } from './index.js';
  import { LeakDetector, ManualClock, settle } from './testing.js';
  class Probe extends GenServer {
    run(work) { return work(this); }
    ping() { return 'pong'; }
  }
  const runtime = new Runtime({ clock: new ManualClock() });
  const uncaught = [];
`;

describe('in a process of its own', () => {
  test('a leak detector finds an unhandled rejection', async () => {
    const { code, stdout, stderr } = await runProgram(
      sources.folder,
      `${PRELUDE}
      const detector = new LeakDetector();
      void Promise.reject(new Error('nobody looks'));
      await detector.assertNone().catch((error) => console.log(error.code, error.leaks.length, error.leaks[0].split('\\n')[0]));
      console.log(process.listenerCount('unhandledRejection'));`,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('ERR_GENSERVER_LEAK 1 an unhandled rejection: Error: nobody looks\n0\n');
  });

  test('a crash, a kill, a failed start and a refused cast leave no unhandled rejection', async () => {
    const { code, stdout, stderr } = await runProgram(
      sources.folder,
      `${PRELUDE}
      process.on('unhandledRejection', (error) => uncaught.push(error));
      const fail = async () => { throw new Error('boom'); };
      for (let round = 0; round < 3; round++) {
        const probe = await runtime.start(Probe);
        probe.cast.run(fail);
        await settle(runtime);
        const killed = await runtime.start(Probe);
        let failLate;
        killed.cast.run(() => new Promise((_, reject) => (failLate = reject)));
        await settle(runtime);
        runtime.kill(killed);
        failLate(new Error('late'));
        await runtime.start(class extends Probe { init() { return fail(); } }, { startTimeoutMs: 10 }).catch(() => undefined);
      }
      await settle(runtime);
      await new Promise((resolve) => setImmediate(resolve)); // unhandled rejections are told at the end of a turn
      console.log(uncaught.length, runtime.stats().dropped.late_failure, runtime.stats().processes);`,
    );
    expect([code, stdout, stderr]).toEqual([0, '0 3 0\n', '']);
  });

  test('an event listener that throws is an uncaught exception, and disturbs neither servers nor other listeners', async () => {
    const { stdout, stderr } = await runProgram(
      sources.folder,
      `${PRELUDE}
      process.on('uncaughtException', (error) => uncaught.push(error.message));
      const heard = [];
      runtime.subscribe(() => { throw new Error('bad listener'); });
      runtime.subscribe(({ kind }) => heard.push(kind));
      const probe = await runtime.start(Probe);
      console.log(await probe.call.ping());
      await runtime.stop(probe);
      await settle(runtime);
      console.log(heard.join(), uncaught.join());`,
    );
    expect([stdout, stderr]).toEqual(['pong\nprocess_started,process_exited bad listener,bad listener\n', '']);
  });

  test('an abort listener that throws is an uncaught exception, and the process ends all the same', async () => {
    const { stdout, stderr } = await runProgram(
      sources.folder,
      `${PRELUDE}
      process.on('uncaughtException', (error) => uncaught.push(error.message));
      const bad = () => { throw new Error('bad listener'); };
      const [probe, watcher] = [await runtime.start(Probe), await runtime.start(Probe)];
      await watcher.call.run(({ self }) => { self.monitor(probe); self.trapExit(true); self.link(probe); });
      const call = probe.call.run(({ self }) => {
        self.signal.addEventListener('abort', bad);
        self.request.signal.addEventListener('abort', bad);
        return new Promise(() => undefined);
      });
      call.catch((error) => console.log(error.code));
      await settle(runtime);
      runtime.kill(probe);
      await settle(runtime);
      console.log(uncaught.length, runtime.stats().dropped.unhandled_info, runtime.stats().processes);`,
    );
    expect([stdout, stderr]).toEqual(['ERR_GENSERVER_PROCESS_EXITED\n2 2 1\n', '']);
  });

  test('who is told of an AbortSignal and throws is an uncaught exception, and the others are told all the same', async () => {
    const { stdout, stderr } = await runProgram(
      sources.folder,
      `${PRELUDE}
      import { AbortListeners } from './index.js';
      process.on('uncaughtException', (error) => uncaught.push(error.message));
      const [listeners, controller, heard] = [new AbortListeners(), new AbortController(), []];
      for (const name of ['a', 'b', 'c']) {
        listeners.add(controller.signal, { aborted: () => { heard.push(name); if (name !== 'c') throw new Error('bad ' + name); } });
      }
      controller.abort();
      await new Promise((resolve) => setImmediate(resolve));
      console.log(heard.join(), uncaught.join());`,
    );
    expect([stdout, stderr]).toEqual(['a,b,c bad a,bad b\n', '']);
  });

  test('100 calls with one AbortSignal give no warning', async () => {
    const { stdout, stderr } = await runProgram(
      sources.folder,
      `${PRELUDE}
      const probe = await runtime.start(Probe);
      const { signal } = new AbortController();
      const replies = await Promise.all(Array.from({ length: 100 }, () => probe.with({ signal }).call.ping()));
      console.log(replies.length);`,
    );
    expect([stdout, stderr]).toEqual(['100\n', '']);
  });

  test('Node ends by itself when only idle servers are left: calls that were answered keep no timer (TIM-017)', async () => {
    const { code, stdout } = await runProgram(
      sources.folder,
      `${PRELUDE}
      const real = new Runtime();
      const probe = await real.start(Probe, { startTimeoutMs: 600_000 });
      console.log(await probe.with({ timeoutMs: 600_000 }).call.ping());`, // with a timer left it would be killed, long before
    );
    expect([code, stdout]).toEqual([0, 'pong\n']);
  });
});
