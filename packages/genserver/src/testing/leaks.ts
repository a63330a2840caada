import type { Runtime } from '../runtime.js';
import { formatTree } from '../tree.js';
import type { ManualClock } from './manual-clock.js';
import { settle } from './settle.js';

/** What to look at for leaks. */
export interface LeakScope {
  /** Must have no process and no listener left. */
  readonly runtime: Runtime;
  /** The runtime's clock, if it is a manual one: then timers are checked, too. */
  readonly clock?: ManualClock;
}

/** Something was left behind. The message lists what. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly code = 'ERR_GENSERVER_LEAK';

  constructor(
    /** What was left behind, one line each. */
    readonly leaks: readonly string[],
  ) {
    super(`Left behind: ${leaks.join('; ')}. Stop what was started (runtime.shutdown()) and await what was begun.`);
  }
}

/**
 * Watches one test for what it leaves behind: make one before the test, `await` its `assertNone` after it. Unhandled
 * rejections are seen from the moment it is made.
 */
export class LeakDetector {
  readonly #rejections: unknown[] = [];
  readonly #listenersBefore = new Map<string | symbol, number>();
  readonly #onRejection = (reason: unknown): void => void this.#rejections.push(reason);

  constructor() {
    process.on('unhandledRejection', this.#onRejection);
    for (const name of process.eventNames()) this.#listenersBefore.set(name, process.listenerCount(name));
  }

  /** Rejects with a LeakError that lists processes, timers, listeners and unhandled rejections. Ends the watching either way. */
  async assertNone(...scopes: readonly LeakScope[]): Promise<void> {
    await settle(...scopes.map(({ runtime }) => runtime));
    const leaks = [...scopes.flatMap(leaksOf), ...this.#processListeners(), ...this.#rejections.map(describeRejection)];
    process.off('unhandledRejection', this.#onRejection);
    if (leaks.length > 0) throw new LeakError(leaks);
  }

  #processListeners(): readonly string[] {
    return process.eventNames().flatMap((name) => {
      const added = process.listenerCount(name) - (this.#listenersBefore.get(name) ?? 0);
      return added > 0 ? [`${added} listener(s) for the process event "${String(name)}"`] : [];
    });
  }
}

function leaksOf({ runtime, clock }: LeakScope): readonly string[] {
  const { processes } = runtime.stats();
  const timers = clock?.pendingTimers ?? 0;
  return [
    processes > 0 ? [`${processes} process(es)\n${formatTree(runtime.tree())}\n`] : [],
    timers > 0 ? [`${timers} timer(s)`] : [],
    runtime.listenerCount > 0 ? [`${runtime.listenerCount} listener(s) of runtime events`] : [],
  ].flat();
}

function describeRejection(reason: unknown): string {
  return `an unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`;
}
