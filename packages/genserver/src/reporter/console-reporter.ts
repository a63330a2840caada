import { fileURLToPath } from 'node:url';
import { checkFunction, checkOneOf, checkOptions } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import { type Clock, type ClockTimer, type Milliseconds, systemClock } from '../runtime/clock.js';
import type { RuntimeEvent, RuntimeListener } from '../runtime/events.js';
import { Drops } from './drops.js';
import { Entries, type EntryStyle, type ReportDetail } from './entries.js';
import { coloured, plain } from './paint.js';

/** Where a reporter writes to; `process.stderr` is one. */
export interface ReportStream {
  write(text: string): unknown;
  /** A terminal gets colours. */
  readonly isTTY?: boolean;
}

/** What a console reporter can be given. */
export interface ConsoleReporterOptions {
  /** Default `process.stderr`. */
  readonly stream?: ReportStream;
  /** Default: when the stream is a terminal and the environment has no NO_COLOR. */
  readonly color?: boolean;
  /**
   * `short`: a line for each crash and decision. `normal` (default): crashes with a stack of the user's own code. `full`:
   * whole stacks, the message with what it carried and the server's state, and every start and end as well.
   */
  readonly detail?: ReportDetail;
  /** Put before each entry, such as the time: `() => new Date().toISOString()`. Default: nothing. */
  readonly prefix?: () => string;
  /** That of the runtime, if it has one of its own: for how long ago a failure was. Default: the machine's monotonic clock. */
  readonly clock?: Clock;
}

/** Dropped messages are told at once when they begin, then summed up as long. */
const SUMMARY_MS: Milliseconds = 1_000;
/** Lines of the user's own code in a stack. */
const FRAMES: Record<ReportDetail, number> = { short: 0, normal: 5, full: Infinity };
const DETAILS: readonly ReportDetail[] = ['short', 'normal', 'full'];
/** Where this package lies. */
const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes crashes, and what supervisors do about them, for people to read: `runtime.subscribe(consoleReporter())`. Who crashed,
 * where in the tree, why, at which message; then the restart, the one before, or that the supervisor gave up. Messages that
 * are dropped are summed up, once a second. It keeps nothing alive: its one timer lets Node end.
 */
export function consoleReporter(options: ConsoleReporterOptions = {}): RuntimeListener {
  checkOptions(options);
  const { stream = process.stderr, detail = 'normal', prefix, clock = systemClock } = options;
  checkOneOf('detail', detail, DETAILS);
  if (typeof stream?.write !== 'function')
    throw new InvalidOptionError('stream', 'something with a method write', stream);
  if (prefix !== undefined) checkFunction('prefix', prefix, 'a function that gives text');
  const { color = stream.isTTY === true && !process.env['NO_COLOR'] } = options;
  const ownFolder = detail === 'full' ? undefined : OWN_FOLDER;
  const stack = { frames: FRAMES[detail], cwd: process.cwd(), ownFolder };
  const reporter = new ConsoleReporter(stream, { paint: color ? coloured : plain, detail, stack }, prefix, clock);
  return (event) => reporter.hear(event);
}

class ConsoleReporter {
  readonly #entries: Entries;
  readonly #drops = new Drops();
  #summary: ClockTimer | undefined;

  constructor(
    private readonly stream: ReportStream,
    style: EntryStyle,
    private readonly prefix: (() => string) | undefined,
    private readonly clock: Clock,
  ) {
    this.#entries = new Entries(style);
  }

  hear(event: RuntimeEvent): void {
    if (event.kind === 'message_dropped') return this.#count(event);
    if (event.kind === 'application_stopped') this.#sumUp(); // the program may end before the second is over
    this.#write(this.#entries.linesOf(event, this.clock.now()));
  }

  /** The first ones are told at once, with those that come with them: the program may not live long enough for a summary. */
  #count({ drop, process, message }: Extract<RuntimeEvent, { kind: 'message_dropped' }>): void {
    this.#drops.add(drop, process, message);
    if (this.#summary !== undefined) return;
    queueMicrotask(() => this.#sumUp());
    this.#wait();
  }

  #wait(): void {
    this.#summary = this.clock.setTimer(SUMMARY_MS, () => {
      this.#summary = undefined;
      if (this.#drops.isEmpty) return;
      this.#sumUp();
      this.#wait(); // they go on, perhaps
    });
    this.#summary.unref();
  }

  #sumUp(): void {
    for (const line of this.#drops.take()) this.#write(this.#entries.dropped(line));
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const before = this.prefix === undefined ? '' : `${this.prefix()} `;
    this.stream.write(`${before}${lines.join('\n')}\n`);
  }
}
