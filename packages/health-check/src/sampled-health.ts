import type { Check } from './check.js';
import type { CheckView } from './check-view.js';
import { checkFunction, checkObject, checkText } from './checks.js';
import { completeCheck } from './complete-check.js';
import { DuplicateCheckError, HealthClosedError, UnknownNameError } from './errors.js';
import { HealthEvents, type HealthListener } from './events.js';
import { OVERALL } from './groups.js';
import type { Health, HealthStats } from './health-face.js';
import { completeOptions, type CompleteOptions, completeShutdown, type HealthCheckOptions } from './options.js';
import { checkProbeOptions, type ProbeAnswer, type ProbeOptions } from './probe.js';
import type { HealthReport } from './report.js';
import { Sampler } from './sampler.js';
import { Shutdown, type ShutdownOptions, type ShutdownResult } from './shutdown.js';
import type { ShutdownPhase } from './shutdown-plan.js';
import { Snapshot } from './snapshot.js';

const NOTHING = {};

/** The health check itself: a sampler that writes a snapshot, and probes that read it. `HealthCheck` is this with the ways to supervise it. */
export class SampledHealth implements Health {
  readonly #options: CompleteOptions;
  readonly #events: HealthEvents;
  readonly #snapshot: Snapshot;
  readonly #sampler: Sampler;
  readonly #shutdown: Shutdown;
  #isClosed = false;

  /** Begins to run its checks. Throws a HealthOptionError or a DuplicateCheckError. */
  constructor(options: HealthCheckOptions = {}) {
    this.#options = completeOptions(options);
    const { label, date, onEvent, checks, clock } = this.#options;
    this.#events = new HealthEvents(label, date);
    if (onEvent !== undefined) this.#events.subscribe(onEvent);
    this.#snapshot = new Snapshot(this.#options, this.#events);
    this.#sampler = new Sampler(this.#options, this.#snapshot, this.#events);
    this.#shutdown = new Shutdown(clock, {
      entered: (phase) => this.#snapshot.enter(phase),
      drainFailed: (error) => this.#events.emit({ kind: 'function_failed', which: 'drain', error }),
    });
    for (const check of checks) this.#sampler.add(check);
  }

  get phase(): ShutdownPhase {
    return this.#snapshot.phase;
  }

  /** Whether `close` was called, or its process has ended. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  getHealth(): HealthReport {
    return this.#snapshot.report(OVERALL);
  }

  group(name: string): HealthReport {
    checkText('group', name);
    return this.#snapshot.report(name);
  }

  check(name: string): CheckView | undefined {
    checkText('name', name);
    return this.#snapshot.view(name);
  }

  probe(group: string, options: ProbeOptions = NOTHING): ProbeAnswer {
    checkText('group', group);
    if (options !== NOTHING) checkProbeOptions(options);
    return this.#snapshot.probe(group, options);
  }

  async checkNow(...names: readonly string[]): Promise<HealthReport> {
    for (const name of names) {
      checkText('name', name);
      if (!this.#snapshot.has(name)) throw new UnknownNameError('check', name, this.#snapshot.names);
    }
    if (this.#isClosed) throw this.#closedError('run checks');
    await this.#sampler.checkNow(names.length === 0 ? this.#snapshot.names : names);
    if (this.#isClosed) throw this.#closedError('run checks');
    return this.getHealth();
  }

  add(check: Check): void {
    const complete = completeCheck(check, this.#options.sampling);
    if (this.#isClosed) throw this.#closedError('add a check');
    if (this.#snapshot.has(complete.name)) throw new DuplicateCheckError(complete.name);
    this.#sampler.add(complete); // first: who hears of the group may remove the check, or close all
    this.#snapshot.add(complete);
  }

  remove(name: string): boolean {
    checkText('name', name);
    this.#sampler.remove(name, this.#closedError(`run the check ${name}, which was removed`));
    return this.#snapshot.remove(name);
  }

  subscribe(listener: HealthListener): () => void {
    checkFunction('listener', listener);
    return this.#events.subscribe(listener);
  }

  beginShutdown(): void {
    this.#shutdown.begin();
  }

  async shutdown(options: ShutdownOptions = NOTHING): Promise<ShutdownResult> {
    checkObject('options', options);
    const { drain, ...times } = options;
    if (drain !== undefined) checkFunction('drain', drain);
    const complete = completeShutdown(times, this.#options.shutdown);
    if (this.#isClosed) throw this.#closedError('shut down');
    return this.#shutdown.run(complete, drain);
  }

  stats(): HealthStats {
    return this.#sampler.stats;
  }

  /**
   * Ends it: no check runs any more, those that do are aborted, and no timer is left. What is known stays, and becomes `unknown`
   * when it is too old. Harmless when it is closed.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sampler.close(this.#closedError('go on with a check'));
    this.#shutdown.close(this.#closedError('shut down'));
  }

  #closedError(request: string): HealthClosedError {
    return new HealthClosedError(this.#options.label, request);
  }
}
