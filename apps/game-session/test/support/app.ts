import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import type { Settings } from '../../src/settings.js';
import { openInMemory } from '../../src/store/embedded.js';
import { STORE_OPTIONS } from '../../src/store/store-options.js';
import { configureApp } from '../../src/web/configure-app.js';
import { settingsWith } from './settings.js';

const START_MS = 120_000;

/** The whole app in this process, with a database in memory. */
export interface App {
  readonly nest: NestExpressApplication;
  readonly url: string;
}

/** One for all tests of a file, as a database takes its time to be made. */
export function useApp(settings: Partial<Settings> = {}): () => App {
  let app: App | undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'game-session-'));

  beforeAll(async () => {
    const all = settingsWith({ rateLimitPerMinute: 100_000, computerThreads: 1, dataDir, ...settings });
    const module = await Test.createTestingModule({ imports: [AppModule.register(all)] })
      .overrideProvider(STORE_OPTIONS)
      .useValue({ open: openInMemory })
      .compile();
    const nest = configureApp(
      module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false }),
    );
    await nest.listen(0, '127.0.0.1');
    app = { nest, url: await nest.getUrl() };
  }, START_MS);

  afterAll(async () => {
    await app?.nest.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, START_MS);

  return () => {
    if (app === undefined) throw new Error('the app has not started');
    return app;
  };
}
