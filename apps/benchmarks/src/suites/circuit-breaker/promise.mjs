/** @import { Subject } from './subject.mjs' */

/** An async call with nothing before it: what calling and awaiting cost by themselves. @type {Subject<undefined>} */
export const promise = {
  open: () => undefined,
  execute: (_, work) => work(),
  close() {},
};
