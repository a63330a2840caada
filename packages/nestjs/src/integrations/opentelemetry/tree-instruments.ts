import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Runtime, RuntimeEvent } from '@rookery/genserver';
import { FewLabels } from '../runtime-figures/few-labels.js';
import { MailboxAges } from '../runtime-figures/mailbox-ages.js';
import { ClassLabels, followTimes, OutcomeLabels } from '../runtime-figures/message-times.js';
import { supervisorFigures } from '../runtime-figures/supervisor-figures.js';

/** From a tenth of a millisecond, which a mailbox is worked off in, to ten seconds, which is longer than a call waits. */
const BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SECONDS = { unit: 's', advice: { explicitBucketBoundaries: BOUNDS } };

/** Tells a meter of a runtime. Returns how to stop. */
export function instrument(runtime: Runtime, meter: Meter): () => void {
  const stops = [observe(runtime, meter), count(runtime, meter), time(runtime, meter)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** What is looked at when somebody asks. */
function observe(runtime: Runtime, meter: Meter): () => void {
  const gauge = (name: string, description: string, unit: string): Observable =>
    meter.createObservableGauge(name, { description, unit });
  const processes = gauge('rookery.processes', 'Processes that run now', '{process}');
  const dropped = meter.createObservableCounter('rookery.messages.dropped', {
    description: 'Messages that were dropped, by kind',
    unit: '{message}',
  });
  const waiting = gauge('rookery.mailbox.messages', 'Messages that wait in all mailboxes', '{message}');
  const longest = gauge('rookery.mailbox.longest', 'Messages that wait in the fullest mailbox', '{message}');
  const oldest = gauge('rookery.mailbox.oldest', 'How long the oldest message has waited at least', 's');
  const recent = gauge('rookery.supervisor.recent_restarts', 'Restarts that count towards giving up', '{restart}');
  const limit = gauge('rookery.supervisor.max_restarts', 'Restarts after which it gives up', '{restart}');
  const children = gauge('rookery.supervisor.children', 'Children of a supervisor, running or not', '{child}');
  const down = gauge('rookery.supervisor.children_down', 'Children that should run and do not', '{child}');
  const ages = new MailboxAges();

  const look = (result: BatchObservableResult): void => {
    const stats = runtime.stats();
    result.observe(processes, stats.processes);
    for (const [kind, total] of Object.entries(stats.dropped)) result.observe(dropped, total, { 'rookery.drop': kind });
    const totals = ages.look(runtime.mailboxes(), runtime.now());
    result.observe(waiting, totals.messages);
    result.observe(longest, totals.longest);
    result.observe(oldest, totals.oldestMs / 1000);
    for (const [name, figures] of supervisorFigures(runtime.supervisors())) {
      const attributes = { 'rookery.supervisor': name };
      result.observe(recent, figures.restarts, attributes);
      result.observe(limit, figures.maxRestarts, attributes);
      result.observe(children, figures.children, attributes);
      result.observe(down, figures.down, attributes);
    }
  };
  const all = [processes, dropped, waiting, longest, oldest, recent, limit, children, down];
  meter.addBatchObservableCallback(look, all);
  return () => meter.removeBatchObservableCallback(look, all);
}

/** What happens. */
function count(runtime: Runtime, meter: Meter): () => void {
  const crashes = meter.createCounter('rookery.process.crashes', {
    description: 'Processes that ended by an error of their own',
    unit: '{crash}',
  });
  const restarts = meter.createCounter('rookery.child.restarts', {
    description: 'Restarts of children',
    unit: '{restart}',
  });
  const failed = meter.createCounter('rookery.child.start_failures', {
    description: 'Starts of children that failed',
    unit: '{start}',
  });
  const gaveUp = meter.createCounter('rookery.supervisor.give_ups', {
    description: 'Supervisors that gave up',
    unit: '{supervisor}',
  });
  const classes = new FewLabels();
  const names = new FewLabels();
  const of = (supervisor: string): Record<string, string> => ({ 'rookery.supervisor': names.of(supervisor) });
  return runtime.subscribe((event: RuntimeEvent) => {
    if (event.kind === 'process_crashed') crashes.add(1, { 'rookery.class': classes.of(event.className) });
    else if (event.kind === 'child_restarted') restarts.add(1, of(event.supervisor));
    else if (event.kind === 'child_start_failed') failed.add(1, of(event.supervisor));
    else if (event.kind === 'supervisor_gave_up') gaveUp.add(1, of(event.supervisor));
  });
}

/** What each message takes. */
function time(runtime: Runtime, meter: Meter): () => void {
  const waits = meter.createHistogram('rookery.mailbox.wait', {
    description: 'How long messages wait until they are handled',
    ...SECONDS,
  });
  const handlers = meter.createHistogram('rookery.handler.duration', {
    description: 'How long handlers take, asynchronous parts included',
    ...SECONDS,
  });
  const byClass = new ClassLabels((className) => ({ 'rookery.class': className }));
  const byOutcome = new OutcomeLabels(({ className, kind, message }, outcome) => ({
    'rookery.class': className,
    'rookery.message.kind': kind,
    'rookery.message.name': message,
    'rookery.outcome': outcome,
  }));
  return followTimes(runtime, {
    waited: (sort, seconds) => waits.record(seconds, byClass.of(sort)),
    handled: (sort, outcome, seconds) => handlers.record(seconds, byOutcome.of(sort, outcome)),
  });
}
