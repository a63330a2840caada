import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { serveNest } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

class Till {
  total = 0;
  async add(by) {
    this.total += by;
    return this.total;
  }
}
Injectable()(Till);

/** A provider with an async method; with a store, something in the process uses AsyncLocalStorage, as loggers and tracers do. @param {{ readonly hasStore: boolean }} kind @returns {Subject} */
export const makeService = ({ hasStore }) => ({
  async serve() {
    if (hasStore) {
      const { AsyncLocalStorage } = await import('node:async_hooks');
      new AsyncLocalStorage().enterWith({});
    }
    return serveNest(Till, (till) => (by) => till.add(by), { providers: [Till] });
  },
});
