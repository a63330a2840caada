import { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { CALL_TIMEOUT_MS, OPEN_MS } from './subject.mjs';
/** @import { IPolicy } from 'cockatiel' */
/** @import { Subject } from './subject.mjs' */

/** @param {{ readonly isTimed: boolean }} kind @returns {Subject<IPolicy>} */
export const makeCockatiel = ({ isTimed }) => ({
  open() {
    const breaker = circuitBreaker(handleAll, { halfOpenAfter: OPEN_MS, breaker: new ConsecutiveBreaker(5) });
    return isTimed ? wrap(breaker, timeout(CALL_TIMEOUT_MS, TimeoutStrategy.Aggressive)) : breaker;
  },
  execute: (policy, work) => policy.execute(work),
  close() {},
});
