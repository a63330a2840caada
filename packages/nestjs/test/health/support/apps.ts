import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { LeakDetector } from '@rookery/genserver/testing';
import { HealthService } from '../../../src/integrations/health/index.js';
import { MemoryLogger } from '../../support/apps.js';

/** An application under test, which listens. */
export interface HealthApp {
  readonly app: INestApplication;
  readonly health: HealthService;
  readonly port: number;
  readonly logger: MemoryLogger;
  readonly get: (path: string, how?: Asked) => Promise<Response>;
  /** The status of each path. */
  readonly codes: (...paths: readonly string[]) => Promise<readonly number[]>;
}

/** How a probe is asked. */
interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A fresh one for each application. */
export type Platform = () => AbstractHttpAdapter;

/** What Nest serves HTTP with. */
export const PLATFORMS: [name: string, platform: Platform][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

type Prepare = (app: INestApplication) => unknown;

/** Real applications; closed after each test, and they must have left nothing behind. */
export function useHealthApps(
  platform: Platform = () => new ExpressAdapter(),
): (module: ModuleMetadata, prepare?: Prepare) => Promise<HealthApp> {
  const apps: INestApplication[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    await leaks.assertNone();
  });

  return async (module, prepare) => {
    const logger = new MemoryLogger();
    const testing = await Test.createTestingModule(module).setLogger(logger).compile();
    const app = testing.createNestApplication(platform());
    apps.push(app);
    prepare?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const get: HealthApp['get'] = (path, { method = 'GET', headers = {} } = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { connection: 'close', ...headers } });
    const codes: HealthApp['codes'] = (...paths) => Promise.all(paths.map(async (path) => (await get(path)).status));
    return { app, health: app.get(HealthService), port, logger, get, codes };
  };
}

/** What the boot fails with. */
export async function bootError(module: ModuleMetadata, prepare?: Prepare): Promise<unknown> {
  const logger = new MemoryLogger();
  try {
    const testing = await Test.createTestingModule(module).setLogger(logger).compile();
    const app = testing.createNestApplication(new ExpressAdapter());
    try {
      prepare?.(app);
      await app.init();
    } finally {
      await app.close();
    }
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Without those that measure the machine. */
export const NO_MACHINE = { eventLoop: false, heap: false } as const;
