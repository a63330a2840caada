import { fileURLToPath } from 'node:url';
import { FixedThreadPool } from 'poolifier';
/** @import { Subject } from './subject.mjs' */

const file = fileURLToPath(new URL('./jobs-poolifier.mjs', import.meta.url));

/** With its queue, as without it a thread is given all tasks at once. @type {Subject} */
export const poolifier = {
  threads({ size, job }) {
    const pool = new FixedThreadPool(size, file, { enableTasksQueue: true });
    return {
      run: (input) => pool.execute(input, job),
      // Not awaited: now and then a thread has gone before its answer came, and the promise never settles, or rejects with {}.
      close: () => void pool.destroy().catch(() => undefined),
    };
  },
};
