import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MemoryLogger } from '../../support/apps.js';

/** An application under test, which listens. */
export interface CacheApp {
  readonly app: INestApplication;
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
}

/** Real applications; closed after each test. */
export function useCacheApps(): (
  module: ModuleMetadata,
  prepare?: (app: INestApplication) => unknown,
) => Promise<CacheApp> {
  const apps: INestApplication[] = [];

  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  return async (module, prepare) => {
    const testing = await Test.createTestingModule(module).setLogger(new MemoryLogger()).compile();
    const app = testing.createNestApplication();
    apps.push(app);
    prepare?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    return { app, get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
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
