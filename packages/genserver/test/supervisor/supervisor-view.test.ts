import { expect, test } from '@jest/globals';
import { child, dynamicSupervisor, ExitReason, GenServer, ignore, supervisor } from '../../src/index.js';
import { settle } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Worker extends GenServer {
  async wait(turn: Promise<void>): Promise<void> {
    await turn;
  }
  note(): void {}
}

class Failing extends GenServer<unknown> {
  override init(starts: { isBroken: boolean }): void {
    if (starts.isBroken) throw new Error('no');
  }
}

class Off extends GenServer<unknown> {
  override init(): ReturnType<typeof ignore> {
    return ignore();
  }
}

test('every supervisor of any kind tells its restarts of late and its limit; one as old as the window still counts', async () => {
  const { runtime, clock } = newRuntime();
  await runtime.startSupervisor({
    name: 'app',
    strategy: 'one_for_one',
    children: [
      child(Worker, { name: 'worker' }),
      supervisor({ name: 'inner', strategy: 'rest_for_one', maxRestarts: 7, maxSeconds: 60, children: [] }),
      dynamicSupervisor({ name: 'jobs' }),
    ],
  });
  expect([...runtime.supervisors()]).toMatchObject([
    { name: 'app', kind: 'supervisor', restarts: 0, maxRestarts: 3, withinMs: 5_000, children: 3, down: [] },
    { name: 'inner', kind: 'supervisor', restarts: 0, maxRestarts: 7, withinMs: 60_000, children: 0 },
    { name: 'jobs', kind: 'dynamic_supervisor', restarts: 0, maxRestarts: 3, children: 0 },
  ]);
  runtime.kill('worker');
  await clock.advance(1_000);
  runtime.kill('worker');
  await clock.advance(4_000);
  expect([...runtime.supervisors()][0]).toMatchObject({ restarts: 2, pid: runtime.whereis('app') });
  await clock.advance(1);
  expect([...runtime.supervisors()][0]?.restarts).toBe(1);
});

test('a child is down while its restart is put off or fails, and not when it was stopped on purpose or said ignore', async () => {
  const { runtime, clock } = newRuntime();
  const starts = { isBroken: false };
  const app = await runtime.startSupervisor({
    name: 'app',
    strategy: 'one_for_one',
    children: [
      child(Worker, { id: 'waits', name: 'waits', backoff: { initialMs: 100 } }),
      child(Failing, { id: 'failing', name: 'failing', args: [starts] }),
      child(Worker, { id: 'off' }),
      child(Off, { id: 'ignored' }),
      child(Worker, { id: 'done', name: 'done', restart: 'transient' }),
    ],
  });
  await app.terminateChild('off');
  await app.terminateChild('failing');
  await runtime.stop('done');
  starts.isBroken = true;
  await app.restartChild('failing').catch(() => {});
  runtime.kill('waits');
  await settle(runtime);
  expect([...runtime.supervisors()][0]).toMatchObject({
    children: 5,
    down: [
      { child: 'waits', state: 'restarting', restartInMs: 100, reason: ExitReason.killed },
      { child: 'failing', state: 'stopped', restartInMs: undefined, reason: { kind: 'error' } },
    ],
  });
  await clock.advance(100);
  expect([...runtime.supervisors()][0]?.down).toHaveLength(1);
});

test('every mailbox tells what waits, its limit, and how many messages were taken out', async () => {
  const { runtime } = newRuntime();
  const worker = await runtime.start(Worker, { name: 'worker', mailbox: { limit: 10, overflow: 'drop_newest' } });
  const plain = await runtime.start(Worker);
  let open = (): void => {};
  const turn = new Promise<void>((resolve) => (open = resolve));
  worker.cast.wait(turn);
  worker.cast.note();
  worker.cast.note();
  await settle(runtime);
  const [first, second] = [...runtime.mailboxes()];
  expect(first).toEqual({ pid: worker.pid, process: 'worker', size: 2, limit: 10, overflow: 'drop_newest', taken: 2 }); // its start, and `wait`
  expect(second).toMatchObject({ pid: plain.pid, size: 0, limit: undefined, overflow: undefined, taken: 1 });
  open();
  await settle(runtime);
  expect([...runtime.mailboxes()][0]).toMatchObject({ size: 0, taken: 4 });
});
