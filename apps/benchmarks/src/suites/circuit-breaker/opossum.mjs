import Opossum from 'opossum';
import { CALL_TIMEOUT_MS, OPEN_MS } from './subject.mjs';
/** @import { Subject, Work } from './subject.mjs' */

/** What is called is given once, so it calls what it gets. @param {Work} work */
const run = (work) => work();

/** @param {{ readonly isTimed: boolean }} kind @returns {Subject<Opossum<[Work], number>>} */
export const makeOpossum = ({ isTimed }) => ({
  open: () => new Opossum(run, { timeout: isTimed ? CALL_TIMEOUT_MS : false, resetTimeout: OPEN_MS }),
  execute: (breaker, work) => breaker.fire(work),
  close: (breaker) => breaker.shutdown(),
});
