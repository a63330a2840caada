import { checkCount } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

let total = 0;
let sent = 0;

/** What an answer costs at the least: an async function without any mailbox, order or time limit. @param {number} by */
async function add(by) {
  total += by;
  return total;
}

/** @type {Pick<Required<Subject>, 'callSequential' | 'callInFlight'>} */
export const promise = {
  async callSequential(count) {
    let last = 0;
    for (let i = 0; i < count; i++) last = await add(1);
    checkCount(last, (sent += count));
  },

  async callInFlight(count) {
    const totals = await Promise.all(Array.from({ length: count }, () => add(1)));
    checkCount(totals[count - 1], (sent += count));
  },
};
