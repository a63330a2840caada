import { Tinypool } from 'tinypool';
/** @import { Subject } from './subject.mjs' */

const filename = new URL('./jobs.mjs', import.meta.url).href;

/** @type {Subject} */
export const tinypool = {
  threads({ size, job }) {
    const pool = new Tinypool({ filename, name: job, minThreads: size, maxThreads: size });
    return { run: (input) => pool.run(input), close: () => pool.destroy() };
  },
};
