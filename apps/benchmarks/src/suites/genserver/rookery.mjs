import { Runtime, Task } from '@rookery/genserver';
import { Counter } from './rookery-counter.mjs';
import { children, fragile, rooms } from './rookery-trees.mjs';
import { checkCount } from './subject.mjs';
/** @import { RuntimeOptions, ServerRef } from '@rookery/genserver' */
/** @import { Subject } from './subject.mjs' */

/**
 * Our subject, in a runtime of its own.
 * @param {RuntimeOptions} options
 * @returns {Promise<Required<Subject>>}
 */
export async function makeRookery(options) {
  const runtime = new Runtime(options);
  const counter = await runtime.start(Counter);
  let sent = 0;

  /** @param {number} count */
  async function sendAndDrain(count) {
    for (let i = 0; i < count; i++) counter.cast.add(1);
    checkCount(await counter.call.add(0), (sent += count));
  }

  return {
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
    fill: sendAndDrain,

    async spawn(count) {
      const spawned = Array(count);
      for (let i = 0; i < count; i++) spawned[i] = await runtime.start(Counter);
      return spawned;
    },

    async stop(spawned) {
      for (const ref of spawned) await runtime.stop(/** @type {ServerRef} */ (ref));
    },

    async runTasks(count) {
      for (let i = 1; i <= count; i++) checkCount(await Task.async(runtime, () => i).await(), i);
    },

    ...fragile(runtime),
    ...rooms(runtime),
    ...children(runtime),
  };
}
