import { dispatch, query, spawn, start, stop } from 'nact';
import { checkCount } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

/** As long as a call of ours waits. */
const TIMEOUT_MS = 5000;

/** @typedef {Parameters<typeof dispatch>[0]} Actor */
/** @typedef {{ readonly by: number, readonly sender?: Actor }} Add */

/** @param {number} total @param {Add} message */
function count(total, { by, sender }) {
  const next = total + by;
  if (sender !== undefined) dispatch(sender, next);
  return next;
}

const system = start();
const counter = spawn(system, count, 'counter', { initialState: 0 });
let sent = 0;
let names = 0;

/** @param {number} by @param {number} [timeoutMs] */
const ask = (by, timeoutMs = TIMEOUT_MS) =>
  /** @type {Promise<number>} */ (query(counter, (/** @type {Actor} */ sender) => ({ by, sender }), timeoutMs));

/** @param {number} times */
async function sendAndDrain(times) {
  for (let i = 0; i < times; i++) dispatch(counter, { by: 1 });
  // A long queue may outlast five seconds.
  checkCount(await ask(0, 60_000), (sent += times));
}

/** @type {Subject} */
export const nact = {
  async callSequential(times) {
    let total = 0;
    for (let i = 0; i < times; i++) total = await ask(1);
    checkCount(total, (sent += times));
  },

  async callInFlight(times) {
    const totals = await Promise.all(Array.from({ length: times }, () => ask(1)));
    checkCount(totals[times - 1], (sent += times));
  },

  sendAndDrain,
  backlog: sendAndDrain, // delivery is never on the sender's stack, so a burst is a backlog
  fill: sendAndDrain,

  spawn(times) {
    const spawned = Array(times);
    // Named by us: nact's own random names collide among so many.
    for (let i = 0; i < times; i++) spawned[i] = spawn(system, count, `counter-${++names}`, { initialState: 0 });
    return spawned;
  },

  async stop(spawned) {
    for (const actor of spawned) stop(/** @type {Actor} */ (actor));
    await new Promise((resolve) => setImmediate(resolve)); // nact runs its afterStop there
  },
};
