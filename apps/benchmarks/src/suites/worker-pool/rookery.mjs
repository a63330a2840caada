import { Runtime } from '@rookery/genserver';
import { threads, WorkerPool } from '@rookery/worker-pool';
/** @import { Subject } from './subject.mjs' */

const module = new URL('./jobs.mjs', import.meta.url);

/** Ours as a plain object, with its time limit of 10 s. @param {{ readonly shed?: { readonly targetMs: number, readonly intervalMs: number } }} options @returns {Subject} */
export const makeRookery = ({ shed }) => ({
  closures({ size }) {
    const pool = new WorkerPool({ size, shed });
    return { run: (task) => pool.executeTask(task), close: () => pool.stop() };
  },
  threads({ size, job }) {
    const pool = new WorkerPool({
      size,
      shed,
      engine: threads({ module, export: job, minThreads: size }),
    });
    return { run: (input) => pool.executeTask(input), close: () => pool.stop() };
  },
});

/** As a child of a supervisor. @param {{ readonly tasks: 'supervised' | 'direct' }} options @returns {Subject} */
export const makeSupervised = ({ tasks }) => ({
  async closures({ size }) {
    const runtime = new Runtime();
    const name = 'pool';
    await runtime.startSupervisor({
      name: 'app',
      strategy: 'one_for_one',
      children: [WorkerPool.childSpec({ name, size, tasks })],
    });
    const pool = WorkerPool.ref(runtime, name);
    return { run: (task) => pool.executeTask(task), close: () => runtime.shutdown() };
  },
});
