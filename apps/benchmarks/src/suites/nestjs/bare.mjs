import { Runtime } from '@rookery/genserver';
import { Counter } from '../genserver/rookery-counter.mjs';
/** @import { Subject } from './subject.mjs' */

/** The same server without Nest: by the ref that its start gave, or by name. @param {{ readonly isNamed: boolean }} kind @returns {Subject} */
export const makeBare = ({ isNamed }) => ({
  async open() {
    const runtime = new Runtime();
    const started = await runtime.start(Counter, { name: 'Till' });
    const till = isNamed ? runtime.ref(Counter, 'Till') : started;
    return { add: (by) => till.call.add(by), close: () => runtime.shutdown() };
  },
});
