import { collectGarbage, longestBlockMs } from '../../measure.mjs';
import { summarise } from '../../statistics.mjs';
import { putAllFor } from './loops.mjs';
import { checkFound } from './subject.mjs';
import { keysOf, TTL_MS, ttlsOf, VALUE } from './workload.mjs';
/** @import { Plan } from '../../suite.mjs' */
/** @import { Cache, Subject } from './subject.mjs' */

const ENTRIES = 500_000;
const DUE = ENTRIES / 100;
const SWEEPS = 3;

/**
 * The longest block of the event loop while 1 % of the entries, which have just expired, are taken out; the median of some sweeps.
 * @param {Subject} subject
 * @param {Plan} plan
 */
export async function medianLongestBlock(subject, plan) {
  const due = keysOf('due', plan.scaled(DUE));
  const live = keysOf('key', plan.scaled(ENTRIES - DUE));
  const cache = subject.open({ max: live.length + due.length, ttlMs: TTL_MS, sweepMs: plan.scaled(500) });
  await putAllFor(subject, cache, live, VALUE, ttlsOf(live.length));
  const blocks = [];
  for (let i = 0; i < SWEEPS; i++) blocks.push(await longestBlock(subject, cache, due, plan.scaled(100)));
  checkFound(cache.held?.() ?? 0, live.length);
  return summarise(blocks).median;
}

/** @param {Subject} subject @param {Cache} cache @param {readonly string[]} due @param {number} ttlMs */
async function longestBlock(subject, cache, due, ttlMs) {
  collectGarbage(); // before the entries begin to live, as it takes as long as they do
  const left = cache.held?.() ?? 0;
  const ttls = due.map(() => ttlMs);
  await putAllFor(subject, cache, due, VALUE, ttls);
  const dueAt = performance.now() + ttlMs + 1;
  return longestBlockMs(() => {
    if (performance.now() > dueAt) cache.sweep?.();
    return (cache.held?.() ?? 0) <= left;
  });
}
