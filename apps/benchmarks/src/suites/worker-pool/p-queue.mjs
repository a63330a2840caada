import PQueue from 'p-queue';
/** @import { Subject } from './subject.mjs' */

/** @param {{ readonly timeout?: number }} options @returns {Subject} */
export const makePQueue = ({ timeout }) => ({
  closures({ size }) {
    const queue = new PQueue({ concurrency: size, timeout });
    return { run: (task) => queue.add(task), close: () => queue.clear() };
  },
});
