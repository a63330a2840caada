import { AsyncResource } from 'node:async_hooks';
import type { Milliseconds } from '@rookery/genserver';
import type { CheckContext, ThreadHold } from './check.js';
import { Checker, type CheckerParts } from './checker.js';
import type { CompleteCheck } from './complete-check.js';
import type { HealthEvents } from './events.js';
import type { HealthStats } from './health-face.js';
import { type LoopMeter, SharedLoopMeter } from './loop-meter.js';
import { openLoopSource } from './loop-source.js';
import { nextTurn } from './machine.js';
import type { CompleteOptions } from './options.js';
import type { Outcome } from './result.js';
import { Slots } from './slots.js';
import type { Snapshot } from './snapshot.js';

/** How many holds of the thread are remembered. */
const MOST_HOLDS = 20;

/** A meter that measures nothing. */
const BLIND: LoopMeter = { since: () => undefined };

/** Runs the checks in the background, and writes down what they say. */
export class Sampler {
  readonly #options: CompleteOptions;
  readonly #snapshot: Snapshot;
  readonly #events: HealthEvents;
  readonly #slots: Slots;
  readonly #checkers = new Map<string, Checker>();
  readonly #counts = { runs: 0, timeouts: 0, lateResults: 0, abandonedRuns: 0, threadHolds: 0 };
  readonly #context: Omit<CheckContext, 'name' | 'signal'>;
  /** So that no run has the async context of whoever happened to ask. */
  readonly #home = new AsyncResource('rookery.HealthCheck');
  #holds: readonly ThreadHold[] = [];
  #loop: SharedLoopMeter | undefined;
  #isClosed = false;

  constructor(options: CompleteOptions, snapshot: Snapshot, events: HealthEvents) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#events = events;
    this.#slots = new Slots(options.concurrency);
    this.#context = {
      now: () => options.clock.now(),
      pause: nextTurn,
      loop: () => this.#openLoop(),
      holds: () => this.#holds,
    };
  }

  get stats(): HealthStats {
    return { checks: this.#checkers.size, ...this.#counts };
  }

  add(check: CompleteCheck): void {
    this.#checkers.set(check.name, new Checker(check, this.#partsFor(check.name)));
  }

  remove(name: string, reason: Error): void {
    const checker = this.#checkers.get(name);
    this.#checkers.delete(name);
    checker?.close(reason);
  }

  /** Resolves when each of them has a result that is new enough. */
  async checkNow(names: readonly string[]): Promise<void> {
    const checkers = names.flatMap((name) => this.#checkers.get(name) ?? []);
    await Promise.all(checkers.map((checker) => checker.checkNow()));
  }

  close(reason: Error): void {
    this.#isClosed = true;
    this.#slots.close();
    for (const checker of this.#checkers.values()) checker.close(reason);
    this.#checkers.clear();
    this.#loop?.close();
    this.#loop = undefined;
  }

  #partsFor(name: string): CheckerParts {
    const { clock, random, minGapMs } = this.#options;
    return {
      clock,
      random,
      minGapMs,
      slots: this.#slots,
      context: this.#context,
      atHome: (work) => this.#home.runInAsyncScope(work),
      ended: (outcome, tookMs) => this.#ended(name, outcome, tookMs),
      gaveWay: (heldMs) => this.#gaveWay(name, heldMs),
      late: (tookMs) => {
        this.#counts.lateResults++;
        this.#events.emit({ kind: 'late_result', check: name, tookMs });
      },
      abandoned: (tookMs) => {
        this.#counts.abandonedRuns++;
        this.#events.emit({ kind: 'run_abandoned', check: name, tookMs });
      },
      stale: () => this.#snapshot.refresh(),
    };
  }

  #ended(name: string, outcome: Outcome, tookMs: Milliseconds): void {
    this.#counts.runs++;
    if (outcome.problem === 'timed_out') this.#counts.timeouts++;
    this.#snapshot.record(name, outcome, tookMs);
  }

  #gaveWay(check: string, heldMs: Milliseconds): void {
    if (heldMs < this.#options.holdMs) return;
    this.#counts.threadHolds++;
    this.#holds = [...this.#holds, { check, heldMs, atMs: this.#options.clock.now() }].slice(-MOST_HOLDS);
    this.#events.emit({ kind: 'thread_held', check, heldMs });
  }

  #openLoop(): LoopMeter {
    if (this.#isClosed) return BLIND; // a run that goes on after the end must not begin to measure
    return (this.#loop ??= new SharedLoopMeter(openLoopSource(), () => this.#options.clock.now()));
  }
}
