import { perSecond, timed } from '../../measure.mjs';
import { summarise } from '../../statistics.mjs';
import { overloadP99 } from './overload.mjs';
import { openClosures, openThreads } from './subject.mjs';
import { compute } from './jobs.mjs';
/** @import { Case, Plan, Suite } from '../../suite.mjs' */
/** @import { Pool, Subject, ThreadSettings } from './subject.mjs' */

const IN_PROCESS = ['rookery', 'rookery-direct', 'rookery-supervised', 'p-queue', 'p-queue-timed', 'fastq'];
const ON_THREADS = ['rookery', 'piscina', 'piscina-async', 'tinypool', 'workerpool', 'poolifier', 'worker'];
const STARTS = 10;
const SCALED = 50;
const TURNS = 20;
const WARM_TURNS = 3;

const limits =
  'Each task of rookery has a time limit of 10 s, which is its default; those of p-queue only where the name says so, those of fastq and on the threads of all others none.';
const contexts = 'rookery runs each task in the async context of its caller; p-queue and fastq do not.';
const sleep =
  'By default a thread of piscina waits for its next task in Atomics.wait, where nothing else of it runs, no timer and no socket; rookery starts threads with that switched off, as the row atomics: disabled.';
const bare =
  'Bare threads have no queue: each is sent all its tasks at once, so it never waits for the next one. It is what the machine can do.';

/**
 * Batches of tasks given all at once.
 * @template Job
 * @param {Pool<Job>} pool
 * @param {Plan} plan
 * @param {number} count
 * @param {(i: number) => Job} jobOf
 * @param {(i: number) => unknown} expectedOf
 */
async function batches(pool, plan, count, jobOf, expectedOf) {
  const expected = Array.from({ length: count }, (_, i) => expectedOf(i));
  const figure = await perSecond(plan, () => timed(count, () => batch(pool, jobOf, expected)));
  await pool.close();
  return figure;
}

/**
 * @template Job
 * @param {Pool<Job>} pool
 * @param {(i: number) => Job} jobOf
 * @param {readonly unknown[]} expected
 */
async function batch(pool, jobOf, expected) {
  const values = await Promise.all(expected.map((_, i) => pool.run(jobOf(i))));
  const wrong = values.findIndex((value, i) => value !== expected[i]);
  if (wrong >= 0) throw new Error(`Task ${wrong} gave ${String(values[wrong])}.`);
}

/**
 * @param {ThreadSettings} settings
 * @param {number} size
 * @param {(i: number) => unknown} expectedOf
 */
const onThreads = (settings, size, expectedOf) => async (/** @type {Subject} */ subject, /** @type {Plan} */ plan) =>
  batches(await openThreads(subject, settings), plan, plan.scaled(size), (i) => i, expectedOf);

/**
 * How many times as much work two threads do in the same time as one.
 * @param {Subject} subject
 * @param {Plan} plan
 */
async function scaling(subject, plan) {
  const expected = Array.from({ length: plan.scaled(SCALED) }, (_, i) => compute(i));
  const one = await openThreads(subject, { size: 1, job: 'compute' });
  const two = await openThreads(subject, { size: 2, job: 'compute' });
  const sums = [0, 0];
  const turns = plan.scaled(TURNS) + WARM_TURNS;
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, pool] of [one, two].entries()) {
      const { ms } = await timed(expected.length, () => batch(pool, (n) => n, expected));
      if (turn >= WARM_TURNS) sums[i] += ms;
    }
  }
  await one.close();
  await two.close();
  return sums[0] / sums[1];
}

/** @param {Subject} subject */
async function startOne(subject) {
  const start = performance.now();
  const pool = await openThreads(subject, { size: 1, job: 'nothing' });
  await pool.run(1);
  const ms = performance.now() - start;
  await pool.close();
  return ms;
}

/** @type {readonly Case<Subject>[]} */
const cases = [
  {
    name: 'closure-overhead',
    unit: 'tasks/s',
    better: 'more',
    subjects: IN_PROCESS,
    notes: [limits, contexts],
    measure: async (subject, plan) => {
      const nothing = async () => 1;
      return batches(
        await openClosures(subject, { size: 5 }),
        plan,
        plan.scaled(1_000),
        () => nothing,
        () => 1,
      );
    },
  },
  {
    name: 'thread-overhead',
    unit: 'tasks/s',
    better: 'more',
    subjects: ON_THREADS,
    notes: [limits, sleep, bare],
    measure: onThreads({ size: 2, job: 'nothing' }, 1_000, (i) => i),
  },
  {
    name: 'cpu-1ms',
    unit: 'tasks/s',
    better: 'more',
    subjects: ON_THREADS,
    notes: [limits, sleep, bare],
    measure: onThreads({ size: 2, job: 'compute' }, 200, compute),
  },
  {
    name: 'cpu-scaling',
    unit: 'times',
    better: 'more',
    subjects: ON_THREADS,
    notes: [
      bare,
      'What other programs do at the same time changes this less than cpu-1ms, as batches on one thread and on two take turns.',
    ],
    measure: scaling,
  },
  {
    name: 'overload-p99-ms',
    unit: 'ms',
    better: 'less',
    subjects: ['rookery-shed', 'rookery', 'p-queue', 'fastq', 'piscina', 'tinypool', 'workerpool', 'poolifier'],
    notes: [
      'Without shedding the queue grows as long as the overload lasts, 2 s here, and so does the time in it: that is the figure.',
      'rookery and those without threads run closures, the others threads; as the tasks wait, they need no core.',
    ],
    measure: overloadP99,
  },
  {
    name: 'thread-start-ms',
    unit: 'ms',
    better: 'less',
    subjects: ON_THREADS,
    notes: [],
    measure: async (subject, plan) => {
      await startOne(subject);
      const times = [];
      for (let i = 0; i < plan.scaled(STARTS); i++) times.push(await startOne(subject));
      return summarise(times).median;
    },
  },
];

/** @type {Suite<Subject>} */
export const workerPool = {
  name: 'worker-pool',
  cases,
  load: {
    rookery: async () => (await import('./rookery.mjs')).makeRookery({}),
    'rookery-shed': async () =>
      (await import('./rookery.mjs')).makeRookery({ shed: { targetMs: 20, intervalMs: 100 } }),
    'rookery-direct': async () => (await import('./rookery.mjs')).makeSupervised({ tasks: 'direct' }),
    'rookery-supervised': async () => (await import('./rookery.mjs')).makeSupervised({ tasks: 'supervised' }),
    'p-queue': async () => (await import('./p-queue.mjs')).makePQueue({}),
    'p-queue-timed': async () => (await import('./p-queue.mjs')).makePQueue({ timeout: 10_000 }),
    fastq: async () => (await import('./fastq.mjs')).fastqPromise,
    piscina: async () => (await import('./piscina.mjs')).makePiscina({ atomics: 'sync' }),
    'piscina-async': async () => (await import('./piscina.mjs')).makePiscina({ atomics: 'disabled' }),
    tinypool: async () => (await import('./tinypool.mjs')).tinypool,
    workerpool: async () => (await import('./workerpool.mjs')).workerpool,
    poolifier: async () => (await import('./poolifier.mjs')).poolifier,
    worker: async () => (await import('./bare-workers.mjs')).bareWorkers,
  },
  growths: [],
};
