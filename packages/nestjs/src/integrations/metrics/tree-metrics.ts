import { InvalidOptionError, type Runtime, type RuntimeEvent } from '@rookery/genserver';
import { Counter, Gauge, type Registry } from 'prom-client';
import { MailboxAges } from './mailbox-ages.js';

/** A registry that writes either format. */
export type MetricsRegistry = Pick<
  Registry,
  'registerMetric' | 'getSingleMetric' | 'removeSingleMetric' | 'metrics' | 'contentType'
>;

/** The metrics of a runtime in a registry: counted by its events, and looked at when they are asked for. */
export class TreeMetrics {
  readonly #runtime: Runtime;
  readonly #registry: MetricsRegistry;
  readonly #prefix: string;
  readonly #names: string[] = [];
  #unsubscribe: (() => void) | undefined;

  constructor(runtime: Runtime, registry: MetricsRegistry, prefix: string) {
    this.#runtime = runtime;
    this.#registry = registry;
    this.#prefix = prefix;
  }

  /** Throws an InvalidOptionError when the registry has one of the names; then nothing is left of it. */
  start(): void {
    try {
      this.#addProcesses();
      this.#addMailboxes();
      this.#addSupervisors();
      this.#addEvents();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const name of this.#names.splice(0)) this.#registry.removeSingleMetric(name);
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
    // First, as a registry asks its metrics in their order: the others have no look of their own.
    this.#gauge('mailbox_messages', 'Messages that wait in all mailboxes', [], (gauge) => {
      const totals = ages.look(runtime.mailboxes(), runtime.now());
      gauge.set(totals.messages);
      longest.set(totals.longest);
      oldest.set(totals.oldestMs / 1000);
    });
    const longest = this.#gauge('mailbox_longest_messages', 'Messages that wait in the fullest mailbox', []);
    const oldest = this.#gauge('mailbox_oldest_seconds', 'How long the oldest message has waited at least', []);
  }

  #addSupervisors(): void {
    const labels = ['supervisor'] as const;
    this.#gauge('supervisor_recent_restarts', 'Restarts that count towards giving up', labels, (recent) => {
      for (const gauge of [children, down, limit, recent]) gauge.reset(); // those that have ended are forgotten
      for (const view of this.#runtime.supervisors()) {
        const supervisor = plainName(view.name);
        children.inc({ supervisor }, view.children);
        down.inc({ supervisor }, view.down.length);
        limit.set({ supervisor }, view.maxRestarts);
        recent.inc({ supervisor }, view.restarts);
      }
    });
    const children = this.#gauge('supervisor_children', 'Children of a supervisor, running or not', labels);
    const down = this.#gauge('supervisor_children_down', 'Children that should run and do not', labels);
    const limit = this.#gauge('supervisor_max_restarts', 'Restarts in its period after which it gives up', labels);
  }

  #addEvents(): void {
    const crashes = this.#counter('process_crashes_total', 'Processes that ended by an error of their own', ['class']);
    const restarts = this.#counter('child_restarts_total', 'Restarts of children', ['supervisor']);
    const failed = this.#counter('child_start_failures_total', 'Starts of children that failed', ['supervisor']);
    const gaveUp = this.#counter('supervisor_gave_up_total', 'Supervisors that gave up', ['supervisor']);
    this.#unsubscribe = this.#runtime.subscribe((event: RuntimeEvent) => {
      if (event.kind === 'process_crashed') crashes.inc({ class: event.className });
      else if (event.kind === 'child_restarted') restarts.inc({ supervisor: plainName(event.supervisor) });
      else if (event.kind === 'child_start_failed') failed.inc({ supervisor: plainName(event.supervisor) });
      else if (event.kind === 'supervisor_gave_up') gaveUp.inc({ supervisor: plainName(event.supervisor) });
    });
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    look?: (gauge: Gauge<Label>) => void,
  ): Gauge<Label> {
    const collect = look && { collect: (): void => look(gauge) };
    const gauge: Gauge<Label> = new Gauge({ name: this.#nameOf(name), help, labelNames, registers: [], ...collect });
    this.#registry.registerMetric(gauge);
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
    this.#registry.registerMetric(counter);
    return counter;
  }

  #nameOf(name: string): string {
    const full = `${this.#prefix}${name}`;
    if (this.#registry.getSingleMetric(full) !== undefined) {
      throw new InvalidOptionError('prefix', `one that no other metrics of the registry have`, this.#prefix);
    }
    this.#names.push(full);
    return full;
  }
}

/** Without the pid of one that has no name: labels must not grow with every restart. */
function plainName(name: string): string {
  return name.replace(/<\d+>$/, '');
}
