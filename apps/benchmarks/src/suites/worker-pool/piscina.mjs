import { Piscina } from 'piscina';
/** @import { Subject } from './subject.mjs' */

const filename = new URL('./jobs.mjs', import.meta.url).href;

/** @param {{ readonly atomics: 'sync' | 'disabled' }} options @returns {Subject} */
export const makePiscina = ({ atomics }) => ({
  threads({ size, job }) {
    const pool = new Piscina({ filename, name: job, minThreads: size, maxThreads: size, atomics });
    return { run: (input) => pool.run(input), close: () => pool.destroy() };
  },
});
