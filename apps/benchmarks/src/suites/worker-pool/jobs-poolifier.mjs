import { ThreadWorker } from 'poolifier';
import { compute, nothing, wait } from './jobs.mjs';

// Its tasks may be given nothing; ours never are. What gives a promise must be an async function.
export default new ThreadWorker({
  nothing: (/** @type {number | undefined} */ input) => nothing(input ?? 0),
  compute: (/** @type {number | undefined} */ input) => compute(input ?? 0),
  wait: async (/** @type {number | undefined} */ ms) => wait(ms ?? 0),
});
