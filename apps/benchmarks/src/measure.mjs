/** @import { Plan } from './suite.mjs' */

/**
 * @typedef {object} Timed
 * @property {number} operations
 * @property {number} ms
 */

/**
 * Times one batch.
 * @param {number} operations how many the work consists of
 * @param {() => unknown} work
 * @returns {Promise<Timed>}
 */
export async function timed(operations, work) {
  const start = performance.now();
  await work();
  return { operations, ms: performance.now() - start };
}

/**
 * Operations per second over as many batches as the plan's time takes.
 * @param {Plan} plan
 * @param {() => Promise<Timed>} batch
 */
export async function perSecond(plan, batch) {
  const { operations, ms } = await repeat(plan, batch);
  return (operations / ms) * 1e3;
}

/**
 * Nanoseconds for each operation, over as many batches as the plan's time takes.
 * @param {Plan} plan
 * @param {() => Promise<Timed>} batch
 */
export async function nanoseconds(plan, batch) {
  const { operations, ms } = await repeat(plan, batch);
  return (ms / operations) * 1e6;
}

/**
 * Bytes of heap and array buffers for each of `count` things, after garbage collection.
 * @param {number} count
 * @param {(count: number) => unknown} make returns what keeps the things alive
 */
export async function bytesEach(count, make) {
  await make(Math.ceil(count / 100)); // code and hidden classes come into being, and are not counted
  const before = await bytesUsed();
  const held = await make(count);
  const bytes = (await bytesUsed()) - before;
  if (held === undefined) throw new TypeError('Expected `make` to return what it made.');
  return bytes / count;
}

/**
 * How late a timer of 1 ms is while the work is under way.
 * @param {unknown} work a promise of its end
 * @param {number} quantile
 */
export async function loopDelayMs(work, quantile) {
  const delays = [];
  let isOver = false;
  const end = Promise.resolve(work).finally(() => (isOver = true));
  for (;;) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1));
    delays.push(Math.max(0, performance.now() - start - 1));
    if (isOver) break;
  }
  await end;
  delays.sort((a, b) => a - b);
  return delays[Math.floor((delays.length - 1) * quantile)];
}

/**
 * The longest time, in milliseconds, from one turn of the event loop to the next.
 * @param {() => boolean} isOver asked in each turn; what it does itself counts
 * @returns {Promise<number>}
 */
export function longestBlockMs(isOver) {
  let longest = 0;
  let last = performance.now();
  let wasOver = false;
  return new Promise((resolve) => {
    const turn = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (wasOver) return resolve(longest);
      wasOver = isOver();
      setImmediate(turn);
    };
    setImmediate(turn);
  });
}

/** @param {Plan} plan @param {() => Promise<Timed>} batch */
async function repeat({ warmUpMs, runMs }, batch) {
  await repeatFor(warmUpMs, batch);
  collectGarbage(); // what the warm-up left is not charged to the run
  return repeatFor(runMs, batch);
}

/** @param {number} limitMs @param {() => Promise<Timed>} batch @returns {Promise<Timed>} */
async function repeatFor(limitMs, batch) {
  const sum = { operations: 0, ms: 0 };
  do {
    const { operations, ms } = await batch();
    sum.operations += operations;
    sum.ms += ms;
  } while (sum.ms < limitMs);
  return sum;
}

async function bytesUsed() {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve)); // finalizers and weak references get their turn
    collectGarbage();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function collectGarbage() {
  if (globalThis.gc === undefined) throw new Error('Measuring needs `node --expose-gc`.');
  globalThis.gc();
}
