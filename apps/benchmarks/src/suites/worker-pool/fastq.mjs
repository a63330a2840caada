import fastq from 'fastq';
/** @import { Closure, Subject } from './subject.mjs' */

/** By its promises, as all others. @type {Subject} */
export const fastqPromise = {
  closures({ size }) {
    const queue = fastq.promise((/** @type {Closure} */ task) => task(), size);
    return { run: (task) => queue.push(task), close: () => queue.kill() };
  },
};
