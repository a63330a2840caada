import { nanoseconds, perSecond } from '../../measure.mjs';
import { processorMs, underLoad } from './load.mjs';
/** @import { Case, Plan, Suite } from '../../suite.mjs' */
/** @import { Subject } from './subject.mjs' */

const CALLS = 100_000;
const REQUESTS = 8_000;
/** Before each batch: after a start, and after a garbage collection that was asked for, compiling Express and Nest takes long, in threads whose time counts. */
const UNCOUNTED = 12_000;

const REFS = ['rookery', 'bare-named', 'bare'];
const ROUTES = ['rookery', 'rookery-off', 'service', 'service-store'];

const calls =
  'Calls one after another, each awaited. Nanoseconds of processor time, so that what else the machine does is not in them.';
const routes =
  'Nest on Express, asked by autocannon over 10 connections from another process; the route awaits one call, or one async method of a service. After 12,000 requests that are not counted, as code is still being compiled.';
const store =
  'Where the name says so, something else in the process uses AsyncLocalStorage, as loggers and tracers do.';

/** @param {Required<Subject>} subject @param {Plan} plan */
async function injectedCall(subject, plan) {
  const count = plan.scaled(CALLS);
  const { add, close } = await subject.open();
  let sent = 0;
  const figure = await nanoseconds(plan, async () => {
    const before = process.cpuUsage();
    let total = 0;
    for (let i = 0; i < count; i++) total = await add(1);
    const ms = processorMs(before);
    sent += count;
    if (total !== sent) throw new Error(`Expected ${sent}, got ${total}`);
    return { operations: count, ms };
  });
  await close();
  return figure;
}

/**
 * @param {Subject} subject
 * @param {Plan} plan
 * @param {(batch: () => Promise<{ readonly operations: number, readonly ms: number, readonly cpuMs: number }>) => Promise<number>} figureOf
 */
const route = (subject, plan, figureOf) =>
  underLoad(/** @type {Required<Subject>} */ (subject), async (ask) => {
    const operations = Math.max(1, plan.scaled(REQUESTS));
    return figureOf(async () => {
      await ask(Math.max(1, plan.scaled(UNCOUNTED)));
      return { operations, ...(await ask(operations)) };
    });
  });

/** @type {readonly Case<Required<Subject>>[]} */
const cases = [
  { name: 'injected-call', unit: 'ns/call', better: 'less', subjects: REFS, notes: [calls], measure: injectedCall },
  {
    name: 'route',
    unit: 'requests/s',
    better: 'more',
    subjects: ROUTES,
    notes: [routes, store],
    measure: (subject, plan) => route(subject, plan, (batch) => perSecond(plan, batch)),
  },
  {
    name: 'route-cpu',
    unit: 'ns/request',
    better: 'less',
    subjects: ROUTES,
    notes: [routes, store, 'Processor time of the server for each request.'],
    measure: (subject, plan) =>
      route(subject, plan, (batch) =>
        nanoseconds(plan, async () => {
          const { operations, cpuMs } = await batch();
          return { operations, ms: cpuMs };
        }),
      ),
  },
];

/** Each case has the subjects that can do it. @type {Suite<any>} */
export const nestjs = {
  name: 'nestjs',
  cases,
  load: {
    rookery: async () => (await import('./rookery.mjs')).makeRookery({ asyncContext: true }),
    'rookery-off': async () => (await import('./rookery.mjs')).makeRookery({ asyncContext: false }),
    'bare-named': async () => (await import('./bare.mjs')).makeBare({ isNamed: true }),
    bare: async () => (await import('./bare.mjs')).makeBare({ isNamed: false }),
    service: async () => (await import('./service.mjs')).makeService({ hasStore: false }),
    'service-store': async () => (await import('./service.mjs')).makeService({ hasStore: true }),
  },
  growths: [],
};
