import { perSecond } from '../../measure.mjs';
import { underLoad } from './load.mjs';
/** @import { Case, Suite } from '../../suite.mjs' */
/** @import { Subject } from './subject.mjs' */

const CONNECTIONS = 10;
/** With fewer the time of an answer is not that of those before it in line. */
const FEW = 2;
/** One batch, and so long a p99 is measured: over more than one run of all checks. */
const BATCH_MS = 500;
const P99_MS = 3_000;

const ALL = ['rookery', 'rookery-details', '@nestjs/terminus', 'terminus-cached', 'nest'];

const notes = [
  '50 checks, of which one hangs; the others take a turn of the event loop. rookery runs them every second; terminus with every probe, or with cacheFor every 30 s.',
  'All are Nest on Express, asked by another process. The bare route looks at nothing.',
  "By default rookery tells the state alone; terminus tells of all checks, as rookery does with details: 'always'.",
];

/** @type {readonly Case<Subject>[]} */
const cases = [
  {
    name: 'probe',
    unit: 'probes/s',
    better: 'more',
    subjects: ALL,
    notes,
    measure: (subject, plan) =>
      underLoad(subject, CONNECTIONS, (ask) =>
        perSecond(plan, async () => {
          const { answers, ms } = await ask(BATCH_MS / plan.divisor);
          return { operations: answers, ms };
        }),
      ),
  },
  {
    name: 'probe-p99-ms',
    unit: 'ms',
    better: 'less',
    subjects: ALL,
    notes,
    measure: (subject, plan) =>
      underLoad(subject, FEW, async (ask) => {
        await ask(plan.warmUpMs * 5);
        return (await ask(P99_MS / plan.divisor)).p99Ms;
      }),
  },
];

/** @type {Suite<Subject>} */
export const healthCheck = {
  name: 'health-check',
  cases,
  load: {
    rookery: async () => (await import('./rookery.mjs')).makeRookery({ details: 'never' }),
    'rookery-details': async () => (await import('./rookery.mjs')).makeRookery({ details: 'always' }),
    '@nestjs/terminus': async () => (await import('./terminus.mjs')).makeTerminus({ isCached: false }),
    'terminus-cached': async () => (await import('./terminus.mjs')).makeTerminus({ isCached: true }),
    nest: async () => (await import('./nest.mjs')).nest,
  },
  growths: [],
};
