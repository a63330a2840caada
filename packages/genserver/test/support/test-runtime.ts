import { afterEach, beforeEach, expect } from '@jest/globals';
import { Runtime, type RuntimeEvent, type RuntimeOptions } from '../../src/index.js';
import { LeakDetector, ManualClock } from '../../src/testing.js';

/** A runtime on a manual clock, and what it has told so far. */
export interface TestRuntime {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly events: readonly RuntimeEvent[];
}

/** Every runtime made in a test is stopped after it, and must have left nothing behind: processes, timers, listeners, rejections. */
export function useRuntimes(): (options?: Omit<RuntimeOptions, 'clock'>) => TestRuntime {
  const used: (TestRuntime & { readonly unsubscribe: () => void })[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { runtime, clock, unsubscribe } of used) {
      const stopped = runtime.shutdown({ timeoutMs: 60_000 });
      await clock.advance(60_000);
      expect(await stopped).toEqual({ killed: [] }); // a test that leaves a hanging server kills it itself
      unsubscribe();
    }
    await leaks.assertNone(...used.splice(0));
  });

  return (options = {}) => {
    const clock = new ManualClock();
    const runtime = new Runtime({ ...options, clock });
    const events: RuntimeEvent[] = [];
    const unsubscribe = runtime.subscribe((event) => void events.push(event));
    const made = { runtime, clock, events, unsubscribe };
    used.push(made);
    return made;
  };
}
