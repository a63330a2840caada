import { afterEach, beforeEach } from '@jest/globals';
import { ConsoleLogger, type ModuleMetadata, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Runtime } from '@rookery/genserver';
import { LeakDetector } from '@rookery/genserver/testing';
import { SupervisionModule, type SupervisionOptions } from '../../src/index.js';

/** What the application logged, one line for each entry. */
export class MemoryLogger extends ConsoleLogger {
  readonly lines: string[] = [];

  protected override printMessages(messages: readonly unknown[], _context?: string, level?: string): void {
    for (const message of messages) this.lines.push(`${level ?? ''} ${String(message)}`);
  }

  protected override printStackTrace(): void {}
}

/** An application under test. */
export interface TestApp {
  readonly app: TestingModule;
  readonly runtime: Runtime;
  readonly logger: MemoryLogger;
}

/** Applications are closed after each test, and must have left nothing behind. */
export function useApps(): (
  root: Type<unknown>,
  module: ModuleMetadata,
  options?: Partial<SupervisionOptions>,
) => Promise<TestApp> {
  const apps: TestApp[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { app } of apps) await app.close();
    await leaks.assertNone(...apps.splice(0));
  });

  return async (root, module, options = {}) => {
    const logger = new MemoryLogger();
    const imports = [...(module.imports ?? []), SupervisionModule.forRoot({ root, ...options })];
    const app = await Test.createTestingModule({ ...module, imports })
      .setLogger(logger)
      .compile();
    const made = { app, runtime: app.get(Runtime), logger };
    apps.push(made);
    await app.init();
    return made;
  };
}
