import { fileURLToPath } from 'node:url';
import { pool as open } from 'workerpool';
/** @import { Subject } from './subject.mjs' */

const file = fileURLToPath(new URL('./jobs-workerpool.mjs', import.meta.url));

/** @type {Subject} */
export const workerpool = {
  threads({ size, job }) {
    const pool = open(file, { minWorkers: size, maxWorkers: size, workerType: 'thread' });
    return {
      run: (input) => Promise.resolve(pool.exec(job, [input])),
      close: () => pool.terminate(true),
    };
  },
};
