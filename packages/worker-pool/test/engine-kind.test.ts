import { expect, test } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { closures, type Face, threads, WorkerPool } from '../src/index.js';
import { fixture } from './support/threads.js';

const engines = [
  ['closures', closures()],
  ['threads', threads({ module: fixture('work.mjs'), export: 'double' })],
] as const;

test.each(engines)(
  'a ref that the specification of a pool of %s gives knows its engine before there is a pool',
  (kind, engine) => {
    const spec = WorkerPool.childSpec<Face>({ name: 'jobs', engine });
    expect(new Runtime().ref(spec).engineKind).toBe(kind);
  },
);

test('a ref by name knows the engine of the pool that is there', async () => {
  const runtime = new Runtime();
  const ref = WorkerPool.ref(runtime, 'jobs');
  expect(ref.engineKind).toBeUndefined();
  await runtime.start(WorkerPool.childSpec({ name: 'jobs' }));
  expect(ref.engineKind).toBe('closures');
  await runtime.shutdown();
  expect(new WorkerPool().engineKind).toBe('closures');
});
