import { GenServer, Runtime } from '@rookery/genserver';
import { checkCount } from './subject.mjs';
/** @import { ServerRef } from '@rookery/genserver' */
/** @import { Subject } from './subject.mjs' */

/** @extends {GenServer<number>} */
class Counter extends GenServer {
  /** @override */
  init() {
    return 0;
  }

  /** @param {number} by */
  add(by) {
    this.state += by;
    return this.state;
  }
}

const runtime = new Runtime();
const counter = await runtime.start(Counter);
let sent = 0;

/** @param {number} count */
async function sendAndDrain(count) {
  for (let i = 0; i < count; i++) counter.cast.add(1);
  checkCount(await counter.call.add(0), (sent += count));
}

/** @type {Required<Subject>} */
export const rookery = {
  async callSequential(count) {
    let total = 0;
    for (let i = 0; i < count; i++) total = await counter.call.add(1);
    checkCount(total, (sent += count));
  },

  async callInFlight(count) {
    const totals = await Promise.all(Array.from({ length: count }, () => counter.call.add(1)));
    checkCount(totals[count - 1], (sent += count));
  },

  sendAndDrain,
  backlog: sendAndDrain, // delivery is never on the sender's stack, so a burst is a backlog

  async spawn(count) {
    const spawned = Array(count);
    for (let i = 0; i < count; i++) spawned[i] = await runtime.start(Counter);
    return spawned;
  },

  async stop(spawned) {
    for (const ref of spawned) await runtime.stop(/** @type {ServerRef} */ (ref));
  },
};
