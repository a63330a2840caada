import { CircuitBreaker } from '@rookery/circuit-breaker';
import { CALL_TIMEOUT_MS, OPEN_MS } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

/** Ours, as a plain object. @param {{ readonly isTimed: boolean }} kind @returns {Subject<CircuitBreaker>} */
export const makeRookery = ({ isTimed }) => ({
  open: () => new CircuitBreaker({ timeoutMs: OPEN_MS, ...(isTimed && { callTimeoutMs: CALL_TIMEOUT_MS }) }),
  execute: (breaker, work) => breaker.execute(work),
  close: (breaker) => breaker.shutdown(),
});
