import { bytesEach, loopDelayMs, nanoseconds, perSecond, timed } from '../../measure.mjs';
import { otp } from './otp.mjs';
/** @import { Case, Plan, Suite } from '../../suite.mjs' */
/** @import { Subject } from './subject.mjs' */

/** How many messages wait for the draining call. Short, so that `cast` shows a mailbox that is kept up with. */
const BURST = 100;
const BATCH = 1_000;

const inOneTurn = 'xstate handles an event on the stack of its sender: no queue, no promise, no time limit.';
const noAsk = 'xstate has no ask: send, then read the snapshot.';
const ownSystem = 'Each xstate actor is a root one, as createActor makes them, with a system of its own.';
const bare = 'node is a bare awaited promise: an async function that adds, without mailbox, order or time limit.';

/** @param {Subject} subject @param {Plan} plan @param {number} size */
function backlog(subject, plan, size) {
  const count = plan.scaled(size);
  return nanoseconds(plan, () => timed(count, () => subject.backlog?.(count)));
}

/** @type {Omit<Case<Subject>, 'name' | 'measure'>} */
const ofBacklog = {
  unit: 'ns per message',
  better: 'less',
  subjects: ['rookery', 'rookery-off', 'nact', 'xstate', 'otp'],
  notes: ['xstate queues only before its start: the events are sent first, then it is started.'],
};

/** @type {readonly Case<Subject>[]} */
const cases = [
  {
    name: 'call-sequential',
    unit: 'calls/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'nact', 'xstate', 'promise', 'otp'],
    notes: [noAsk, inOneTurn, bare],
    measure: (subject, plan) => {
      const count = plan.scaled(BATCH);
      return perSecond(plan, () => timed(count, () => subject.callSequential?.(count)));
    },
  },
  {
    name: 'cast',
    unit: 'casts/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'nact', 'xstate', 'otp'],
    notes: [inOneTurn],
    measure: (subject, plan) => perSecond(plan, () => timed(BURST, () => subject.sendAndDrain?.(BURST))),
  },
  {
    name: 'call-1000-in-flight',
    unit: 'calls/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'nact', 'promise', 'otp'],
    notes: ['xstate is left out: it has no ask that could be in flight.', bare],
    measure: (subject, plan) => {
      const count = plan.scaled(BATCH);
      return perSecond(plan, () => timed(count, () => subject.callInFlight?.(count)));
    },
  },
  {
    name: 'spawn',
    unit: 'processes/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'nact', 'xstate', 'otp'],
    notes: [
      'rookery waits for init, which may be asynchronous; nact and xstate start on the stack of the caller.',
      ownSystem,
    ],
    measure: (subject, plan) =>
      perSecond(plan, async () => {
        /** @type {unknown[]} */
        let spawned = [];
        const count = plan.scaled(BATCH);
        const time = await timed(count, async () => (spawned = (await subject.spawn?.(count)) ?? []));
        await subject.stop?.(spawned);
        return time;
      }),
  },
  {
    name: 'stop',
    unit: 'processes/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'nact', 'xstate', 'otp'],
    notes: ['rookery waits for terminate and for the exit; nact does not tell when its afterStop has run.'],
    measure: (subject, plan) =>
      perSecond(plan, async () => {
        const spawned = (await subject.spawn?.(plan.scaled(BATCH))) ?? [];
        return timed(spawned.length, () => subject.stop?.(spawned));
      }),
  },
  {
    name: 'idle-bytes',
    unit: 'bytes per process',
    better: 'smaller',
    subjects: ['rookery', 'rookery-off', 'nact', 'xstate', 'otp'],
    notes: ['Includes what the user holds: the ref or actor, and its place in an array.', ownSystem],
    measure: (subject, plan) => bytesEach(plan.scaled(100_000), (count) => subject.spawn?.(count)),
  },
  {
    name: 'idle-1m-bytes',
    unit: 'bytes per process',
    better: 'smaller',
    subjects: ['rookery', 'rookery-off', 'otp'],
    notes: ['The others are left out: a million of them take too long, or too much memory, to start here.'],
    measure: (subject, plan) => bytesEach(plan.scaled(1_000_000), (count) => subject.spawn?.(count)),
  },
  {
    name: 'restart',
    unit: 'restarts/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'otp'],
    notes: [
      'From the crash until the new instance has answered a call; one after another, so its inverse is the latency.',
    ],
    measure: (subject, plan) => {
      const count = plan.scaled(BATCH);
      return perSecond(plan, () => timed(count, () => subject.restart?.(count)));
    },
  },
  {
    name: 'registry-lookup',
    unit: 'lookups/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'otp'],
    notes: [],
    measure: (subject, plan) => perSecond(plan, () => timed(BATCH, () => subject.lookUp?.(BATCH))),
  },
  {
    name: 'task',
    unit: 'tasks/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'otp'],
    notes: [],
    measure: (subject, plan) => {
      const count = plan.scaled(BATCH);
      return perSecond(plan, () => timed(count, () => subject.runTasks?.(count)));
    },
  },
  {
    name: 'children-100k',
    unit: 'children/s',
    better: 'more',
    subjects: ['rookery', 'rookery-off', 'otp'],
    notes: ['Started one after another, counted, and stopped with their supervisor.'],
    measure: (subject, plan) => {
      const count = plan.scaled(100_000);
      return perSecond(plan, () => timed(count, () => subject.startAndStopChildren?.(count)));
    },
  },
  {
    name: 'loop-delay-p99-ms',
    unit: 'ms',
    better: 'less',
    subjects: ['rookery', 'rookery-off', 'nact', 'otp'],
    notes: ['How late a timer of 1 ms is, 99th percentile, while one server works off 1,000,000 messages.'],
    measure: async (subject, plan) => {
      const work = subject.fill?.(plan.scaled(1_000_000));
      return loopDelayMs(work, 0.99);
    },
  },
  { ...ofBacklog, name: 'backlog-1k', measure: (subject, plan) => backlog(subject, plan, 1_000) },
  { ...ofBacklog, name: 'backlog-1m', measure: (subject, plan) => backlog(subject, plan, 1_000_000) },
];

/** @type {Suite<Subject>} */
export const genserver = {
  name: 'genserver',
  cases,
  load: {
    rookery: async () => (await import('./rookery.mjs')).makeRookery({}),
    'rookery-off': async () => (await import('./rookery.mjs')).makeRookery({ asyncContext: false }),
    nact: async () => (await import('./nact.mjs')).nact,
    xstate: async () => (await import('./xstate.mjs')).xstate,
    promise: async () => (await import('./promise.mjs')).promise,
  },
  programs: { otp },
  growths: [
    { from: 'backlog-1k', to: 'backlog-1m', meaning: 'the time per message with 1,000,000 queued instead of 1,000' },
  ],
};
