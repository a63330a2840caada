import { createActor, fromTransition } from 'xstate';
import { checkCount } from './subject.mjs';
/** @import { Actor } from 'xstate' */
/** @import { Subject } from './subject.mjs' */

const logic = fromTransition((total, /** @type {{ type: 'add', by: number }} */ event) => total + event.by, 0);
const counter = createActor(logic).start();
let sent = 0;

/** @type {Subject} */
export const xstate = {
  callSequential(count) {
    let total = 0;
    for (let i = 0; i < count; i++) {
      counter.send({ type: 'add', by: 1 });
      total = counter.getSnapshot().context;
    }
    checkCount(total, (sent += count));
  },

  sendAndDrain(count) {
    for (let i = 0; i < count; i++) counter.send({ type: 'add', by: 1 });
    checkCount(counter.getSnapshot().context, (sent += count));
  },

  backlog(count) {
    const actor = createActor(logic); // it queues only what comes before its start
    for (let i = 0; i < count; i++) actor.send({ type: 'add', by: 1 });
    checkCount(actor.start().getSnapshot().context, count);
    actor.stop();
  },

  spawn(count) {
    const spawned = Array(count);
    for (let i = 0; i < count; i++) spawned[i] = createActor(logic).start();
    return spawned;
  },

  stop(spawned) {
    for (const actor of spawned) /** @type {Actor<typeof logic>} */ (actor).stop();
  },
};
