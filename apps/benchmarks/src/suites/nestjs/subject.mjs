/**
 * An application that listens.
 * @typedef {object} Served
 * @property {string} url what is asked for
 * @property {() => Promise<unknown>} close
 */

/**
 * Something that keeps a total.
 * @typedef {object} Opened
 * @property {(by: number) => Promise<number>} add gives the new total
 * @property {() => Promise<unknown>} close
 */

/**
 * One way to reach what keeps a total.
 * @typedef {object} Subject
 * @property {() => Promise<Opened>} [open] without HTTP
 * @property {() => Promise<Served>} [serve] a Nest application whose one route adds 1 and answers with the total
 */

/**
 * A Nest application on Express, whose controller injects what adds.
 * @param {import('@nestjs/common').InjectionToken} token of what adds
 * @param {(adder: any) => (by: number) => Promise<number>} adderOf
 * @param {import('@nestjs/common').ModuleMetadata} metadata
 * @returns {Promise<Served>}
 */
export async function serveNest(token, adderOf, metadata) {
  const { Controller, Get, Inject, Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  class Shop {
    constructor(adder) {
      this.add = adderOf(adder);
    }
    async sell() {
      return { total: await this.add(1) };
    }
  }
  Inject(token)(Shop, undefined, 0);
  Get('sell')(Shop.prototype, 'sell', Object.getOwnPropertyDescriptor(Shop.prototype, 'sell') ?? {});
  Controller()(Shop);
  class AppModule {}
  Module({ ...metadata, controllers: [Shop] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: `http://127.0.0.1:${app.getHttpServer().address().port}/sell`, close: () => app.close() };
}
