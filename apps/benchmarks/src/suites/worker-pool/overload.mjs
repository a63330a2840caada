import { wait } from './jobs.mjs';
import { openClosures, openThreads } from './subject.mjs';
/** @import { Plan } from '../../suite.mjs' */
/** @import { Subject } from './subject.mjs' */

const SIZE = 5;
const TASK_MS = 10;
const OVERLOAD = 10;
const ARRIVALS_PER_MS = (OVERLOAD * SIZE) / TASK_MS;
const RUN_MS = 2_000;

/**
 * The 99th percentile of the time from giving a task to having its result, of those who got one while ten times as many tasks came
 * as the pool can do.
 * @param {Subject} subject
 * @param {Plan} plan
 */
export async function overloadP99(subject, plan) {
  const pool = await openWaiting(subject);
  await Promise.all(Array.from({ length: SIZE }, pool.run));
  const latencies = await overload(pool, plan.scaled(RUN_MS));
  await pool.close();
  const share = latencies.length / ((plan.scaled(RUN_MS) * SIZE) / TASK_MS);
  if (plan.divisor === 1 && share < LEAST_SHARE) throw new Error(`Served ${share} of what it can.`);
  return latencies.toSorted((a, b) => a - b)[Math.floor((latencies.length - 1) * 0.99)];
}

/** Who sheds load must go on working; on a machine that others use, too, nobody serves all it could. */
const LEAST_SHARE = 0.2;

/** A task that waits, in a pool of closures, or in threads if it has no closures. @param {Subject} subject */
async function openWaiting(subject) {
  if (subject.closures === undefined) {
    const pool = await openThreads(subject, { size: SIZE, job: 'wait' });
    return { run: () => pool.run(TASK_MS), close: pool.close };
  }
  const pool = await openClosures(subject, { size: SIZE });
  return { run: () => pool.run(() => wait(TASK_MS)), close: pool.close };
}

/**
 * How long each of those waited who got a result, in milliseconds.
 * @param {{ readonly run: () => Promise<unknown> }} pool
 * @param {number} runMs
 */
async function overload({ run }, runMs) {
  /** @type {number[]} */
  const latencies = [];
  const start = performance.now();
  let isOver = false;
  const give = async () => {
    const since = performance.now();
    await run();
    if (!isOver || latencies.length === 0) latencies.push(performance.now() - since);
  };
  for (let given = 0; !isOver;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const elapsed = performance.now() - start;
    for (; given < Math.min(elapsed, runMs) * ARRIVALS_PER_MS; given++) {
      give().catch(() => undefined); // shed, or still waiting when the pool is closed
    }
    isOver = elapsed >= runMs && latencies.length > 0;
  }
  return latencies;
}
