import type { Runtime } from '../runtime.js';
import { formatTree } from '../tree.js';
import type { ManualClock } from './manual-clock.js';
import { settle } from './settle.js';
import { Starts } from './starts.js';

/** What to look at for leaks. */
export interface LeakScope {
  /** Must have no process and no listener left. */
  readonly runtime: Runtime;
  /** The runtime's clock, if it is a manual one: then timers are checked, too. */
  readonly clock?: ManualClock;
}

/** What a LeakDetector looks at beside its scopes. */
export interface LeakDetectorOptions {
  /** False where the test runner fails the test for them: nobody may hear of them twice. Default true. */
  readonly unhandledRejections?: boolean;
}

/** Something was left behind. The message lists what. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly code = 'ERR_GENSERVER_LEAK';

  constructor(
    /** What was left behind, one line each. */
    readonly leaks: readonly string[],
  ) {
    const list = leaks.map((leak) => `\n- ${leak.replaceAll('\n', '\n  ')}`).join('');
    super(`Left behind:${list}\nStop what was started (runtime.shutdown()) and await what was begun.`);
  }
}

/**
 * Watches one test for what it leaves behind: make one before the test, `await` its `assertNone` after it. Unhandled
 * rejections are seen from the moment it is made.
 */
export class LeakDetector {
  readonly #rejections: unknown[] = [];
  readonly #listenersBefore = new Map<string | symbol, number>();
  readonly #watched = new Map<Runtime, Starts>();
  readonly #onRejection = (reason: unknown): void => void this.#rejections.push(reason);

  constructor({ unhandledRejections = true }: LeakDetectorOptions = {}) {
    if (unhandledRejections) process.on('unhandledRejection', this.#onRejection);
    for (const name of process.eventNames()) this.#listenersBefore.set(name, process.listenerCount(name));
  }

  /** Notes from now on who starts processes and sets timers there, so that `assertNone` can say it. Costs a stack trace each. */
  watch({ runtime, clock }: LeakScope): void {
    if (!this.#watched.has(runtime)) this.#watched.set(runtime, new Starts(runtime));
    clock?.noteOrigins();
  }

  /** Rejects with a LeakError that lists processes, timers, listeners and unhandled rejections. Ends the watching either way. */
  async assertNone(...scopes: readonly LeakScope[]): Promise<void> {
    await settle(...scopes.map(({ runtime }) => runtime));
    for (const starts of this.#watched.values()) starts.stop();
    process.off('unhandledRejection', this.#onRejection);
    const inScopes = scopes.flatMap((scope) => leaksOf(scope, this.#watched.get(scope.runtime)));
    const leaks = [...inScopes, ...this.#processListeners(), ...this.#rejections.map(describeRejection)];
    if (leaks.length > 0) throw new LeakError(leaks);
  }

  #processListeners(): readonly string[] {
    return process.eventNames().flatMap((name) => {
      const added = process.listenerCount(name) - (this.#listenersBefore.get(name) ?? 0);
      return added > 0 ? [`${added} listener(s) for the process event "${String(name)}"`] : [];
    });
  }
}

function leaksOf({ runtime, clock }: LeakScope, starts: Starts | undefined): readonly string[] {
  const { processes } = runtime.stats();
  const timers = clock?.pendingTimers ?? 0;
  return [
    processes > 0 ? [`${processes} process(es)\n${drawProcesses(runtime, starts)}`] : [],
    timers > 0 ? [`${timers} timer(s)${(clock?.timerOrigins ?? []).map((each) => `\n${each}`).join('')}`] : [],
    runtime.listenerCount > 0 ? [`${runtime.listenerCount} listener(s) of runtime events`] : [],
  ].flat();
}

/** The trees, and who started each. */
function drawProcesses(runtime: Runtime, starts: Starts | undefined): string {
  const trees = runtime.tree();
  const starters = trees.flatMap(({ name, pid }) => {
    const starter = pid === undefined ? undefined : starts?.starterOf(pid);
    return starter === undefined ? [] : [`${name} was started ${starter}`];
  });
  return [formatTree(trees), ...starters].join('\n');
}

function describeRejection(reason: unknown): string {
  return `an unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`;
}
