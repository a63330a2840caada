import { bytesEach, perSecond, timed } from '../../measure.mjs';
import { callAll, callInVain, callTogether, trip } from './calls.mjs';
/** @import { Case, Plan, Suite } from '../../suite.mjs' */
/** @import { Subject } from './subject.mjs' */

const ALL = ['rookery', 'rookery-timed', 'opossum', 'opossum-timed', 'cockatiel', 'cockatiel-timed'];

const timeouts =
  'Where the name says so, each call has a time limit of 10 s: a timer that is set and cleared. opossum has one unless told otherwise.';
const counts = 'opossum counts all calls of the last 10 s; the others by default, or as here, failures in a row.';
const bare = 'The bare async call has no breaker: it is what calling and awaiting cost by themselves.';
const noBare = 'The bare async call is left out: it rejects nothing, and keeps nothing.';

/**
 * Batches of calls through one breaker.
 * @param {number} size
 * @param {(subject: Subject, breaker: unknown, count: number) => Promise<void>} batch
 * @param {(subject: Subject, breaker: unknown) => Promise<void>} [prepare]
 */
const calls = (size, batch, prepare) => async (/** @type {Subject} */ subject, /** @type {Plan} */ plan) => {
  const count = plan.scaled(size);
  const breaker = subject.open();
  await prepare?.(subject, breaker);
  const figure = await perSecond(plan, () => timed(count, () => batch(subject, breaker, count)));
  subject.close(breaker);
  return figure;
};

/** @param {Subject} subject @param {Plan} plan */
async function bytes(subject, plan) {
  /** @type {unknown[]} */
  const all = [];
  const figure = await bytesEach(plan.scaled(10_000), async (count) => {
    const made = Array.from({ length: count }, subject.open);
    for (const breaker of made) await callAll(subject, breaker, 1);
    all.push(made);
    return made;
  });
  for (const breaker of all.flat()) subject.close(breaker);
  return figure;
}

/** @type {readonly Case<Subject>[]} */
const cases = [
  {
    name: 'closed-sequential',
    unit: 'calls/s',
    better: 'more',
    subjects: [...ALL, 'promise'],
    notes: [timeouts, counts, bare],
    measure: calls(10_000, callAll),
  },
  {
    name: 'rejected',
    unit: 'rejections/s',
    better: 'more',
    subjects: ALL,
    notes: [noBare, 'A rejection is an error that is made, thrown and caught.'],
    measure: calls(10_000, callInVain, trip),
  },
  {
    name: 'in-flight-1000',
    unit: 'calls/s',
    better: 'more',
    subjects: [...ALL, 'promise'],
    notes: [timeouts, counts, bare],
    measure: calls(1_000, callTogether),
  },
  {
    name: 'bytes',
    unit: 'bytes per breaker',
    better: 'smaller',
    subjects: ALL,
    notes: [noBare, 'Each of the 10,000 breakers has made one call.'],
    measure: bytes,
  },
];

/** @type {Suite<Subject>} */
export const circuitBreaker = {
  name: 'circuit-breaker',
  cases,
  load: {
    rookery: async () => (await import('./rookery.mjs')).makeRookery({ isTimed: false }),
    'rookery-timed': async () => (await import('./rookery.mjs')).makeRookery({ isTimed: true }),
    opossum: async () => (await import('./opossum.mjs')).makeOpossum({ isTimed: false }),
    'opossum-timed': async () => (await import('./opossum.mjs')).makeOpossum({ isTimed: true }),
    cockatiel: async () => (await import('./cockatiel.mjs')).makeCockatiel({ isTimed: false }),
    'cockatiel-timed': async () => (await import('./cockatiel.mjs')).makeCockatiel({ isTimed: true }),
    promise: async () => (await import('./promise.mjs')).promise,
  },
  growths: [],
};
