import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.js';
import type { Settings } from '../../src/settings.js';
import type { OpenDatabase } from '../../src/store/database.js';
import { openInMemory } from '../../src/store/embedded.js';
import { STORE_OPTIONS } from '../../src/store/store-options.js';
import { configureApp } from '../../src/web/configure-app.js';
import { settingsWith } from './settings.js';

const START_MS = 120_000;

/** The whole app in this process. */
export interface App {
  readonly nest: NestExpressApplication;
  readonly url: string;
}

/** Listens on `settings.port`. Who starts it closes it. */
export async function startApp(settings: Settings, open: OpenDatabase = openInMemory): Promise<App> {
  const module = await Test.createTestingModule({ imports: [AppModule.register(settings)] })
    .overrideProvider(STORE_OPTIONS)
    .useValue({ open })
    .compile();
  const nest = configureApp(module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false }));
  await nest.listen(settings.port, settings.host);
  return { nest, url: await nest.getUrl() };
}

/** One for all tests of a file, as a database takes its time to be made. */
export function useApp(settings: Partial<Settings> = {}): () => App {
  let app: App | undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'game-session-'));

  beforeAll(async () => {
    app = await startApp(inAHurry({ dataDir, ...settings }));
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

/** Tests ask more than people do. */
export function inAHurry(settings: Partial<Settings>): Settings {
  return settingsWith({ rateLimitPerMinute: 100_000, computerThreads: 1, ...settings });
}
