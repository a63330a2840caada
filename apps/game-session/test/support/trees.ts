import { afterEach, beforeEach } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type ChildSpec, Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';

/** A part of the app under a supervisor of its own, on a clock that stands still. */
export interface Tree {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  /** What was logged by Nest's Logger. */
  readonly lines: readonly string[];
}

/** Every tree made in a test is stopped after it, and must have left nothing behind. */
export function useTrees(): (
  children: (runtime: Runtime, clock: ManualClock) => readonly ChildSpec[],
) => Promise<Tree> {
  const used: Tree[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    for (const { runtime } of used) await runtime.shutdown();
    Logger.overrideLogger(true);
    await leaks.assertNone(...used.splice(0));
  });

  return async (children) => {
    const lines: string[] = [];
    const note = (line: unknown): void => void lines.push(String(line));
    Logger.overrideLogger({ log: note, error: note, warn: note });
    const clock = new ManualClock();
    const runtime = new Runtime({ clock });
    const tree = { runtime, clock, lines };
    used.push(tree);
    await runtime.startSupervisor({ name: 'part', strategy: 'one_for_one', children: [...children(runtime, clock)] });
    return tree;
  };
}
