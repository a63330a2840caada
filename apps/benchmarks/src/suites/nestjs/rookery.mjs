import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getServerToken, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';
import { Counter } from '../genserver/rookery-counter.mjs';
import { serveNest } from './subject.mjs';
/** @import { Subject } from './subject.mjs' */

class Till extends Counter {}
Supervised()(Till);

class Root {}
Supervisor({ strategy: 'one_for_one', children: [Till] })(Root);

/** A server of a tree, reached by the ref that is injected. @param {{ readonly asyncContext: boolean }} options @returns {Subject} */
export const makeRookery = (options) => {
  const metadata = { imports: [SupervisionModule.forRoot({ root: Root, ...options })], providers: [Till] };
  return {
    async open() {
      class AppModule {}
      Module(metadata)(AppModule);
      const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
      const till = app.get(getServerToken(Till));
      return { add: (by) => till.call.add(by), close: () => app.close() };
    },
    serve: () => serveNest(getServerToken(Till), (till) => (by) => till.call.add(by), metadata),
  };
};
