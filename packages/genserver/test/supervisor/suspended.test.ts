import { expect, test } from '@jest/globals';
import { child, ExitReason, GenServer } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Worker extends GenServer {}

const tree = {
  name: 'tree',
  strategy: 'one_for_one',
  children: [child(Worker, { name: 'a' }), child(Worker, { name: 'b' })],
} as const;

test('the exits of the children of a suspended supervisor wait, and are handled in order after resume (GS-082)', async () => {
  const { runtime, clock, events } = newRuntime();
  await runtime.startSupervisor(tree);
  await runtime.sys.suspend('tree');
  runtime.kill('b');
  runtime.kill('a');
  await clock.advance(1000);
  expect([runtime.whereis('a'), runtime.whereis('b')]).toEqual([undefined, undefined]);
  expect(await runtime.sys.getStatus('tree')).toMatchObject({ status: 'suspended', mailboxSize: 2 });
  await runtime.sys.resume('tree');
  await clock.advance(0);
  const restarted = events.flatMap((event) => (event.kind === 'child_restarted' ? [event.child] : []));
  expect([restarted, runtime.stats().processes]).toEqual([['b', 'a'], 3]);
});

test('requests to a suspended supervisor wait as well (GS-082)', async () => {
  const { runtime, clock } = newRuntime();
  const ref = await runtime.startSupervisor(tree);
  await runtime.sys.suspend(ref);
  let counts: unknown;
  const asked = ref.countChildren().then((answer) => (counts = answer));
  await clock.advance(100);
  expect(counts).toBeUndefined();
  await runtime.sys.resume(ref);
  expect(await asked).toMatchObject({ active: 2 });
});

test('a suspended supervisor can be stopped, and takes its children with it (GS-082)', async () => {
  const { runtime } = newRuntime();
  await runtime.startSupervisor(tree);
  await runtime.sys.suspend('tree');
  await runtime.stop('tree', ExitReason.shutdown);
  expect(runtime.stats().processes).toBe(0);
});
