import { Worker } from 'node:worker_threads';
/** @import { Subject } from './subject.mjs' */

/** Node's threads with nothing before them: tasks go to them in turn and at once, and the oldest is the one that is answered. @type {Subject} */
export const bareWorkers = {
  threads({ size, job }) {
    const file = new URL('./jobs-bare.mjs', import.meta.url);
    const threads = Array.from({ length: size }, () => {
      const worker = new Worker(file, { workerData: job });
      /** @type {((value: unknown) => void)[]} */
      const callers = [];
      worker.on('message', (value) => callers.shift()?.(value));
      return { worker, callers };
    });
    let turn = 0;
    return {
      run(input) {
        const { worker, callers } = threads[turn++ % size];
        worker.postMessage(input);
        return new Promise((resolve) => callers.push(resolve));
      },
      close: () => Promise.all(threads.map(({ worker }) => worker.terminate())),
    };
  },
};
