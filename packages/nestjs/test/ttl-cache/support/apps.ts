import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { MemoryLogger } from '../../support/apps.js';

/** An application under test, which listens. */
export interface CacheApp {
  readonly app: INestApplication;
  readonly port: number;
  readonly logger: MemoryLogger;
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
}

/** A fresh one for each application. */
export type Platform = () => AbstractHttpAdapter;

/** What Nest serves HTTP with. */
export const PLATFORMS: [name: string, platform: Platform][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

/** Real applications; closed after each test. */
export function useCacheApps(
  platform: Platform = () => new ExpressAdapter(),
): (module: ModuleMetadata, prepare?: (app: INestApplication) => unknown) => Promise<CacheApp> {
  const apps: INestApplication[] = [];

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  return async (module, prepare) => {
    const logger = new MemoryLogger();
    const testing = await Test.createTestingModule(module).setLogger(logger).compile();
    const app = testing.createNestApplication(platform());
    apps.push(app);
    prepare?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    return { app, port, logger, get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
  };
}

/** A promise that the test settles. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
