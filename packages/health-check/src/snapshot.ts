import { Board } from './board.js';
import { CheckRecord, type Moment } from './check-record.js';
import type { CheckView, Transition } from './check-view.js';
import type { CompleteCheck } from './complete-check.js';
import { UnknownNameError } from './errors.js';
import type { HealthEvents } from './events.js';
import { UserFunctions } from './failures.js';
import { groupsOf } from './groups.js';
import type { CompleteOptions } from './options.js';
import type { ProbeAnswer, ProbeOptions } from './probe.js';
import { ProbeWriter } from './probe-writer.js';
import { type HealthReport, reportOf } from './report.js';
import type { Outcome } from './result.js';
import type { ShutdownPhase } from './shutdown-plan.js';

/** What is known: written by the sampler, read by probes. Tells of what changes. */
export class Snapshot {
  readonly #options: CompleteOptions;
  readonly #events: HealthEvents;
  readonly #board: Board;
  readonly #writer: ProbeWriter;
  readonly #records = new Map<string, CheckRecord>();
  readonly #reports = new Map<string, HealthReport>();
  #phase: ShutdownPhase = 'serving';

  constructor(options: CompleteOptions, events: HealthEvents) {
    const functions = new UserFunctions(events);
    this.#options = options;
    this.#events = events;
    this.#board = new Board(groupsOf(options.groups), functions);
    this.#writer = new ProbeWriter(options, functions);
    for (const check of options.checks) this.#keep(check);
    this.#board.setRecords([...this.#records.values()]);
    this.#board.evaluate(this.#phase); // how it begins is no change
  }

  get phase(): ShutdownPhase {
    return this.#phase;
  }

  has(name: string): boolean {
    return this.#records.has(name);
  }

  get names(): readonly string[] {
    return [...this.#records.keys()];
  }

  add(check: CompleteCheck): void {
    this.#keep(check);
    this.#changeMembers();
  }

  remove(name: string): boolean {
    if (!this.#records.delete(name)) return false;
    this.#changeMembers();
    return true;
  }

  /** A run has ended. */
  record(name: string, outcome: Outcome, durationMs: number): void {
    const record = this.#records.get(name);
    if (record === undefined) return;
    const moment = this.#moment();
    const transition = record.record(outcome, durationMs, moment);
    const isNewsOfFlapping = record.updateFlapping(moment.atMs);
    this.#changed(() => {
      this.#tell(name, transition);
      if (isNewsOfFlapping) {
        this.#events.emit({ kind: 'flapping_changed', check: name, flapping: record.isFlapping });
      }
    });
  }

  enter(phase: ShutdownPhase): void {
    this.#phase = phase;
    this.#changed(() => this.#events.emit({ kind: 'shutdown', phase }));
  }

  /** What has become too old since the last time is told to be so. */
  refresh(): void {
    if (this.#options.clock.now() < this.#board.staleAt) return;
    const moment = this.#moment();
    const expired = [...this.#records].map(([name, record]) => [name, record.expire(moment)] as const);
    this.#changed(() => {
      for (const [name, transition] of expired) this.#tell(name, transition);
    });
  }

  view(name: string): CheckView | undefined {
    this.refresh();
    return this.#records.get(name)?.view();
  }

  report(group: string): HealthReport {
    this.refresh();
    const kept = this.#reports.get(group);
    if (kept !== undefined) return kept;
    const state = this.#board.state(group);
    if (state === undefined) throw new UnknownNameError('group', group, this.#board.names);
    const views = this.#board.members(group).map((record) => record.view());
    const report = reportOf(group, state, this.#phase, views);
    this.#reports.set(group, report);
    return report;
  }

  probe(name: string, { authorized = false, format }: ProbeOptions): ProbeAnswer {
    const report = this.report(name);
    const group = this.#board.group(name);
    if (group === undefined) throw new UnknownNameError('group', name, this.#board.names);
    return this.#writer.write(report, group.statusCodes, authorized, format);
  }

  #keep(check: CompleteCheck): void {
    this.#records.set(check.name, new CheckRecord(check, this.#options));
  }

  #moment(): Moment {
    return { atMs: this.#options.clock.now(), date: this.#options.date() };
  }

  #changeMembers(): void {
    this.#board.setRecords([...this.#records.values()]);
    this.#changed();
  }

  /** All is as it is now before anybody is told of it: a listener that asks is not answered with what was. */
  #changed(tellFirst: () => void = () => {}): void {
    const changes = this.#board.evaluate(this.#phase);
    this.#reports.clear();
    tellFirst();
    for (const change of changes) this.#events.emit({ kind: 'group_changed', ...change });
  }

  #tell(check: string, transition: Transition | undefined): void {
    if (transition === undefined) return;
    const { from, to, reason } = transition;
    this.#events.emit({ kind: 'check_changed', check, from, to, reason });
  }
}
