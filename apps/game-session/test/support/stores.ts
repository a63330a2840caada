import { afterEach, beforeEach } from '@jest/globals';
import { child, Runtime, type ServerRef } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { openInMemory } from '../../src/store/embedded.js';
import { Repo } from '../../src/store/repo.server.js';
import type { StoreOptions } from '../../src/store/store-options.js';

/** A Repo under a supervisor, on a clock that stands still. */
export interface Store {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly repo: ServerRef<Repo>;
}

/** Every store made in a test is stopped after it, and must have left nothing behind. */
export function useStores(): (options?: Partial<StoreOptions>) => Promise<Store> {
  const used: Store[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { runtime } of used) await runtime.shutdown();
    await leaks.assertNone(...used.splice(0));
  });

  return async (options = {}) => {
    const clock = new ManualClock();
    const runtime = new Runtime({ clock });
    await runtime.startSupervisor({
      name: 'DatabaseSupervisor',
      strategy: 'one_for_one',
      children: [child(Repo, { name: 'Repo', create: () => new Repo({ open: openInMemory, ...options }) })],
    });
    const store = { runtime, clock, repo: runtime.ref(Repo, 'Repo') };
    used.push(store);
    return store;
  };
}
