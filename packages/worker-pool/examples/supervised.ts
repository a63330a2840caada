import { formatTree, Runtime } from '@rookery/genserver';
import { WorkerPool } from '@rookery/worker-pool';

const runtime = new Runtime();
await runtime.startSupervisor({
  name: 'app',
  strategy: 'one_for_one',
  children: [WorkerPool.childSpec({ name: 'jobs', size: 2, drainMs: 1_000 })],
});

const jobs = WorkerPool.ref(runtime, 'jobs'); // by name, so it survives restarts
const job = async (): Promise<string> => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return 'done';
};

const first = jobs.executeTask(job);
await new Promise((resolve) => setImmediate(resolve));
console.log(formatTree(runtime.tree()));

runtime.kill('jobs');
console.log(await first.catch((error: unknown) => (error as Error).message)); // nobody waits for ever

await new Promise((resolve) => setImmediate(resolve));
console.log(await jobs.executeTask(job));

const last = jobs.executeTask(job);
await Promise.all([runtime.shutdown(), last.then(console.log)]); // it drains
