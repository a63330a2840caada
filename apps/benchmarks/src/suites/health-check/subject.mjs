/**
 * An application that answers probes, listening.
 * @typedef {object} Served
 * @property {number} port
 * @property {string} path what is asked for
 * @property {number} statusCode what is answered: one of the checks is down, where there are checks
 * @property {() => Promise<unknown>} close
 */

/**
 * One way to answer probes.
 * @typedef {object} Subject
 * @property {() => Promise<Served>} serve
 */

/** How many checks there are. The first never ends. */
const CHECKS = 50;

/** So long the one that hangs is waited for. */
export const TIMEOUT_MS = 1_000;

/**
 * What all look at: 49 that take a turn of the event loop, and one that hangs.
 * @returns {readonly { readonly name: string, readonly look: () => Promise<void> }[]}
 */
export function checks() {
  const hang = () => new Promise(() => {});
  const look = () => new Promise((resolve) => setImmediate(resolve));
  return Array.from({ length: CHECKS }, (_, index) => ({ name: `check-${index}`, look: index === 0 ? hang : look }));
}

/**
 * A Nest application on Express, as all subjects are.
 * @param {(common: typeof import('@nestjs/common')) => Promise<new () => object> | (new () => object)} declare gives its module
 * @param {Pick<Served, 'path' | 'statusCode'>} answer
 * @returns {Promise<Served>}
 */
export async function serveNest(declare, answer) {
  await import('reflect-metadata');
  const common = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const app = await NestFactory.create(await declare(common), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { ...answer, port: app.getHttpServer().address().port, close: () => app.close() };
}

/**
 * A controller with one route, without decorators, which are no JavaScript.
 * @param {typeof import('@nestjs/common')} common
 * @param {string} path
 * @param {new (...args: any[]) => { answer(): unknown }} type
 */
export function controller({ Controller, Get }, path, type) {
  Controller()(type);
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, 'answer') ?? {};
  Get(path)(type.prototype, 'answer', descriptor);
  return type;
}
