import { InvalidOptionError, type Runtime, type RuntimeEvent } from '@rookery/genserver';
import { Counter, Gauge, type Registry } from 'prom-client';
import { FewLabels } from '../runtime-figures/few-labels.js';
import { MailboxAges, type MailboxTotals } from '../runtime-figures/mailbox-ages.js';
import { ClassLabels, followTimes, OutcomeLabels } from '../runtime-figures/message-times.js';
import { type SupervisorFigures, supervisorFigures } from '../runtime-figures/supervisor-figures.js';
import { TimeHistogram } from './time-histogram.js';

/** A registry that writes either format. */
export type MetricsRegistry = Pick<
  Registry,
  'registerMetric' | 'getSingleMetric' | 'removeSingleMetric' | 'metrics' | 'contentType'
>;

/** Where the metrics go, and which. */
export interface TreeMetricsSettings {
  readonly registry: MetricsRegistry;
  readonly prefix: string;
  readonly messageTimes: boolean;
  /** In seconds, ascending. */
  readonly buckets: readonly number[];
}

/** The metrics of a runtime in a registry: counted by its events, and looked at when they are asked for. */
export class TreeMetrics {
  readonly #runtime: Runtime;
  readonly #settings: TreeMetricsSettings;
  readonly #names: string[] = [];
  readonly #stops: (() => void)[] = [];

  constructor(runtime: Runtime, settings: TreeMetricsSettings) {
    this.#runtime = runtime;
    this.#settings = settings;
  }

  /** Throws an InvalidOptionError when the registry has one of the names; then nothing is left of it. */
  start(): void {
    try {
      this.#addProcesses();
      this.#addMailboxes();
      this.#addSupervisors();
      this.#addEvents();
      if (this.#settings.messageTimes) this.#addTimes();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
    for (const name of this.#names.splice(0)) this.#settings.registry.removeSingleMetric(name);
  }

  #addProcesses(): void {
    const runtime = this.#runtime;
    this.#gauge('processes', 'Processes that run now', [], (gauge) => gauge.set(runtime.stats().processes));
    const dropped = this.#counter('messages_dropped_total', 'Messages that were dropped, by kind', ['kind'], () => {
      dropped.reset();
      for (const [kind, count] of Object.entries(runtime.stats().dropped)) dropped.inc({ kind }, count);
    });
  }

  #addMailboxes(): void {
    const runtime = this.#runtime;
    const ages = new MailboxAges();
    const look = oncePerScrape(() => ages.look(runtime.mailboxes(), runtime.now()));
    const gauge = (name: string, help: string, value: (totals: MailboxTotals) => number): unknown =>
      this.#gauge(name, help, [], (made) => made.set(value(look())));
    gauge('mailbox_messages', 'Messages that wait in all mailboxes', ({ messages }) => messages);
    gauge('mailbox_longest_messages', 'Messages that wait in the fullest mailbox', ({ longest }) => longest);
    gauge('mailbox_oldest_seconds', 'How long the oldest message has waited at least', (all) => all.oldestMs / 1000);
  }

  #addSupervisors(): void {
    const look = oncePerScrape(() => supervisorFigures(this.#runtime.supervisors()));
    const gauge = (name: string, help: string, value: (figures: SupervisorFigures) => number): unknown =>
      this.#gauge(name, help, ['supervisor'], (made) => {
        made.reset(); // those that have ended are forgotten
        for (const [supervisor, figures] of look()) made.set({ supervisor }, value(figures));
      });
    gauge('supervisor_recent_restarts', 'Restarts that count towards giving up', ({ restarts }) => restarts);
    gauge('supervisor_children', 'Children of a supervisor, running or not', ({ children }) => children);
    gauge('supervisor_children_down', 'Children that should run and do not', ({ down }) => down);
    gauge('supervisor_max_restarts', 'Restarts in its period after which it gives up', (all) => all.maxRestarts);
  }

  #addEvents(): void {
    const crashes = this.#counter('process_crashes_total', 'Processes that ended by an error of their own', ['class']);
    const restarts = this.#counter('child_restarts_total', 'Restarts of children', ['supervisor']);
    const failed = this.#counter('child_start_failures_total', 'Starts of children that failed', ['supervisor']);
    const gaveUp = this.#counter('supervisor_gave_up_total', 'Supervisors that gave up', ['supervisor']);
    const classes = new FewLabels();
    const names = new FewLabels();
    const listener = (event: RuntimeEvent): void => {
      if (event.kind === 'process_crashed') crashes.inc({ class: classes.of(event.className) });
      else if (event.kind === 'child_restarted') restarts.inc({ supervisor: names.of(event.supervisor) });
      else if (event.kind === 'child_start_failed') failed.inc({ supervisor: names.of(event.supervisor) });
      else if (event.kind === 'supervisor_gave_up') gaveUp.inc({ supervisor: names.of(event.supervisor) });
    };
    this.#stops.push(this.#runtime.subscribe(listener));
  }

  #addTimes(): void {
    const { registry, buckets } = this.#settings;
    const add = <Label extends string>(name: string, help: string, labels: readonly Label[]): TimeHistogram<Label> => {
      const histogram = new TimeHistogram(this.#nameOf(name), help, labels, buckets);
      registry.registerMetric(histogram);
      return histogram;
    };
    const waits = add('mailbox_wait_seconds', 'How long messages wait until they are handled', ['class']);
    const labels = ['class', 'kind', 'message', 'outcome'] as const;
    const handlers = add('handler_seconds', 'How long handlers take, asynchronous parts included', labels);
    const byClass = new ClassLabels((className) => ({ class: className }));
    const byOutcome = new OutcomeLabels(({ className, kind, message }, outcome) => {
      return { class: className, kind, message, outcome };
    });
    const stop = followTimes(this.#runtime, {
      waited: (sort, seconds) => waits.record(byClass.of(sort), seconds),
      handled: (sort, outcome, seconds) => handlers.record(byOutcome.of(sort, outcome), seconds),
    });
    this.#stops.push(stop);
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    look?: (gauge: Gauge<Label>) => void,
  ): Gauge<Label> {
    const collect = look && { collect: (): void => look(gauge) };
    const gauge: Gauge<Label> = new Gauge({ name: this.#nameOf(name), help, labelNames, registers: [], ...collect });
    this.#settings.registry.registerMetric(gauge);
    return gauge;
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect?: () => void,
  ): Counter<Label> {
    const options = { name: this.#nameOf(name), help, labelNames, registers: [], ...(collect && { collect }) };
    const counter = new Counter(options);
    this.#settings.registry.registerMetric(counter);
    return counter;
  }

  #nameOf(name: string): string {
    const { registry, prefix } = this.#settings;
    const full = `${prefix}${name}`;
    if (registry.getSingleMetric(full) !== undefined) {
      throw new InvalidOptionError('prefix', `one that no other metrics of the registry have`, prefix);
    }
    this.#names.push(full);
    return full;
  }
}

/** One look for all that a registry asks in one go, and a fresh one for whoever asks later. */
function oncePerScrape<T>(look: () => T): () => T {
  let seen: { readonly value: T } | undefined;
  return () => {
    if (seen === undefined) {
      seen = { value: look() };
      queueMicrotask(() => (seen = undefined));
    }
    return seen.value;
  };
}
