import { type ExitReason, formatReason } from '../process/exit-reason.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { RuntimeEvent } from '../runtime/events.js';
import { BoundedMap } from './bounded-map.js';
import { contentLines } from './contents.js';
import type { Paint } from './paint.js';
import { reasonLines } from './reason.js';
import { formatHistory, formatSpan } from './history.js';
import type { StackOptions } from './stack.js';

/** How much is told. */
export type ReportDetail = 'short' | 'normal' | 'full';

/** What an entry depends on. */
export interface EntryStyle {
  readonly paint: Paint;
  readonly detail: ReportDetail;
  readonly stack: StackOptions;
}

type Event<K extends RuntimeEvent['kind']> = Extract<RuntimeEvent, { readonly kind: K }>;
type Writers = { readonly [K in RuntimeEvent['kind']]?: (event: Event<K>, now: Milliseconds) => readonly string[] };

/** Why children ended, for as long as their restart has not come. */
const MOST_REASONS = 1_000;

/** Events as the lines of a log, for people. What it remembers is what makes a restart understandable, and bounded. */
export class Entries {
  readonly #endings = new BoundedMap<ExitReason>(MOST_REASONS);
  /** Reasons as their crash reports have shown them, after `formatStatus` and `redact`: other events carry them as they are. */
  readonly #shown = new WeakMap<object, ExitReason>();
  #lastCrashed: { readonly pid: number; readonly shown: ExitReason } | undefined;
  #lastToGiveUp: string | undefined;
  readonly #writers: Writers = {
    process_crashed: (event, now) => this.#crash(event, now),
    process_exited: (event) => this.#exit(event),
    child_exited: (event) => this.#childExit(event),
    child_started: ({ supervisor, child }) => this.#ifFull('▶', `${supervisor} started ${this.#name(child)}`),
    child_restarted: (event) => this.#restart(event),
    child_restart_scheduled: ({ supervisor, child, delayMs }) =>
      this.#decision(`${supervisor} restarts ${this.#name(child)} in ${formatSpan(delayMs)}`),
    // Its stack is in the crash before.
    child_start_failed: ({ supervisor, child, reason }) =>
      this.#line('red', '✖', `${supervisor} could not start ${this.#name(child)}: ${this.#reason(reason)}`),
    child_shutdown_failed: ({ supervisor, child, reason }) =>
      this.#warning(
        `${this.#name(child)} was told to stop by ${supervisor} and ended otherwise: ${this.#reason(reason)}`,
      ),
    supervisor_gave_up: (event) => this.#giveUp(event),
    supervisor_auto_shutdown: ({ supervisor, child }) =>
      this.#decision(`${supervisor} ends: ${this.#name(child)}, a significant child, has ended`),
    application_started: ({ application }) => this.#line('green', '▶', `${this.#name(application)} is up`),
    application_callback_failed: ({ application, callback, error }) =>
      this.#failure(`${callback} of ${this.#name(application)} failed; it stops all the same`, {
        kind: 'error',
        error,
      }),
    application_stopped: (event) => this.#stopped(event),
  };

  constructor(private readonly style: EntryStyle) {}

  /** None for what is not worth a line. */
  linesOf(event: RuntimeEvent, now: Milliseconds): readonly string[] {
    const write = this.#writers[event.kind] as
      ((event: RuntimeEvent, now: Milliseconds) => readonly string[]) | undefined;
    return write?.(event, now) ?? [];
  }

  /** A line about messages that were dropped. */
  dropped(text: string): readonly string[] {
    return this.#line('yellow', '✉', text);
  }

  #crash(event: Event<'process_crashed'>, now: Milliseconds): readonly string[] {
    const { paint, detail } = this.style;
    const { pid, process, reason, lastMessage, mailboxSize, ancestors, restartHistory } = event;
    this.#lastCrashed = { pid, shown: reason };
    const path = ancestors.toReversed().join(paint('dim', ' › '));
    const place = path === '' ? '' : ` ${paint('dim', 'in')} ${path}`;
    const circumstances = [
      ...(lastMessage === undefined ? [] : [`while handling "${lastMessage}"`]),
      `${mailboxSize === 0 ? 'no' : mailboxSize} ${mailboxSize === 1 ? 'message' : 'messages'} waiting`,
      ...(detail === 'full' ? [`pid ${pid}`] : []),
    ].join(', ');
    const history = formatHistory(restartHistory, now);
    const facts = [
      circumstances,
      ...(history === undefined || detail === 'short' ? [] : [history]),
      ...(detail === 'full' ? contentLines(event) : []),
    ];
    return this.#failure(`${this.#name(process)} ${paint('red', 'crashed')}${place}`, reason, ...facts);
  }

  /** A crash has been told; what was ended from outside is told when it has consequences, unless all is to be told. */
  #exit({ pid, process, reason }: Event<'process_exited'>): readonly string[] {
    const crash = this.#lastCrashed;
    this.#lastCrashed = undefined;
    if (crash?.pid === pid) {
      if (reason.kind === 'error') this.#shown.set(identityOf(reason), crash.shown);
      return [];
    }
    return this.#ifFull('■', `${this.#name(process)} ended: ${formatReason(reason)}`);
  }

  #childExit({ supervisor, child, reason }: Event<'child_exited'>): readonly string[] {
    this.#endings.set(keyOf(supervisor, child), reason);
    return [];
  }

  #restart({ supervisor, child, restarts }: Event<'child_restarted'>): readonly string[] {
    const key = keyOf(supervisor, child);
    const reason = this.#endings.get(key);
    this.#endings.delete(key);
    const why = reason === undefined || child === this.#lastToGiveUp ? '' : endingOf(reason);
    if (child === this.#lastToGiveUp) this.#lastToGiveUp = undefined;
    const count = this.style.paint('dim', `(restart ${restarts})`);
    return this.#decision(`${supervisor} restarted ${this.#name(child)}${why} ${count}`);
  }

  #giveUp({ supervisor, child, reason }: Event<'supervisor_gave_up'>): readonly string[] {
    const { paint } = this.style;
    this.#lastToGiveUp = supervisor;
    const text = `${this.#name(supervisor)} ${paint('red', 'gave up')}: more restarts than it may make`;
    return this.#line('red', '✖', text, `the last to fail was ${child}: ${this.#reason(reason)}`);
  }

  #stopped({ application, cause, killed, leftOver }: Event<'application_stopped'>): readonly string[] {
    const isClean = killed.length === 0 && leftOver.length === 0;
    return this.#line(
      isClean ? 'green' : 'yellow',
      '■',
      `${this.#name(application)} has stopped (${cause})`,
      ...(killed.length === 0 ? [] : [`killed, as time was up: ${killed.join(', ')}`]),
      ...(leftOver.length === 0 ? [] : [`killed, as nobody supervised them: ${leftOver.join(', ')}`]),
    );
  }

  #failure(text: string, reason: ExitReason, ...facts: readonly string[]): readonly string[] {
    const { paint, detail, stack } = this.style;
    if (detail === 'short') return this.#line('red', '✖', [`${text}: ${formatReason(reason)}`, ...facts].join(', '));
    const dim = facts.map((fact) => paint('dim', fact));
    return this.#line('red', '✖', text, ...reasonLines(reason, paint, stack), ...dim);
  }

  #warning(text: string): readonly string[] {
    return this.#line('yellow', '!', text);
  }

  #decision(text: string): readonly string[] {
    return this.#line('cyan', '↻', text);
  }

  #ifFull(mark: string, text: string): readonly string[] {
    return this.style.detail === 'full' ? this.#line('dim', mark, text) : [];
  }

  #line(colour: Parameters<Paint>[0], mark: string, text: string, ...below: readonly string[]): readonly string[] {
    const { paint, detail } = this.style;
    const more = detail === 'short' ? [] : below.map((line) => `  ${line}`);
    return [`${paint(colour, mark)} ${text}`, ...more];
  }

  #reason(reason: ExitReason): string {
    return formatReason(this.#shown.get(identityOf(reason)) ?? reason);
  }

  #name(name: string): string {
    return this.style.paint('bold', name);
  }
}

/** Of an error; a supervisor may have put what was thrown into a reason of its own. Other reasons are the same objects for all. */
function identityOf(reason: ExitReason): object {
  return reason.kind === 'error' && typeof reason.error === 'object' && reason.error !== null ? reason.error : reason;
}

/** A crash has been told already. */
function endingOf(reason: ExitReason): string {
  if (reason.kind === 'error') return '';
  return reason.kind === 'killed' ? ', which was killed' : `, which had ended (${formatReason(reason)})`;
}

function keyOf(supervisor: string, child: string): string {
  return JSON.stringify([supervisor, child]);
}
