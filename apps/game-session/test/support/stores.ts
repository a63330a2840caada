import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { child, Runtime, type ServerRef } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { sql } from 'drizzle-orm';
import type { Database, OpenDatabase } from '../../src/store/database.js';
import { openInMemory } from '../../src/store/embedded.js';
import { Repo } from '../../src/store/repo.server.js';
import type { StoreOptions } from '../../src/store/store-options.js';

/** A Repo under a supervisor, on a clock that stands still. */
export interface Store {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly repo: ServerRef<Repo>;
  /** What it has logged. */
  readonly lines: readonly string[];
}

/** Every store made in a test is stopped after it, and must have left nothing behind. Each begins with empty tables. */
export function useStores(open: OpenDatabase = openInMemory): (options?: Partial<StoreOptions>) => Promise<Store> {
  const used: Store[] = [];
  const openShared = useSharedDatabase(open);
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { runtime } of used) await runtime.shutdown();
    Logger.overrideLogger(true);
    await leaks.assertNone(...used.splice(0));
  });

  return async (options = {}) => {
    const lines = captureLog();
    const clock = new ManualClock();
    const runtime = new Runtime({ clock });
    const opener = options.open ?? openShared;
    await runtime.startSupervisor({
      name: 'DatabaseSupervisor',
      strategy: 'one_for_one',
      children: [
        child(Repo, { name: 'Repo', create: () => new Repo({ ...options, open: opener }), shutdownMs: 10_000 }),
      ],
    });
    const store = { runtime, clock, lines, repo: runtime.ref(Repo, 'Repo') };
    used.push(store);
    return store;
  };
}

/** Opening takes seconds, so the tests of a file share one, and empty it at each start of a test. */
export function useSharedDatabase(open: OpenDatabase = openInMemory): OpenDatabase {
  let shared: Promise<Database> | undefined;
  let isEmpty = false;

  beforeEach(() => {
    isEmpty = false;
  });

  afterAll(async () => {
    await (await shared)?.close();
  });

  return async (opener) => {
    const database = await (shared ??= open(opener));
    if (!isEmpty) await database.orm.execute(sql`truncate players, games, moves, mails restart identity`);
    isEmpty = true; // a Repo that is started again finds what it has left
    return { ...database, close: () => Promise.resolve() };
  };
}

function captureLog(): readonly string[] {
  const lines: string[] = [];
  const note = (line: unknown): void => void lines.push(String(line));
  Logger.overrideLogger({ log: note, error: note, warn: note });
  return lines;
}
