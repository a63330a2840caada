import type { MailboxView, Milliseconds, Pid } from '@rookery/genserver';
import type { Check, CheckContext } from '../check.js';
import { checkFunction } from '../checks.js';
import type { CheckResult } from '../result.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';
import { MailboxAge } from './mailbox-age.js';
import { finding, type Finding, type Thresholds, thresholds } from './thresholds.js';

/** What is asked of a runtime. */
export interface MailboxesSource {
  mailboxes(): Iterable<MailboxView>;
}

/** When mailboxes are too full, or messages wait too long. */
export interface MailboxesOptions extends IndicatorOptions {
  /** How many messages wait for one process. Default degraded at 1 000, unhealthy never. */
  readonly length?: Partial<Thresholds>;
  /** How many milliseconds the oldest has waited, by looking at each interval. Default degraded at 5 000, unhealthy never. */
  readonly ageMs?: Partial<Thresholds>;
  /** Which processes; default all. */
  readonly filter?: (mailbox: MailboxView) => boolean;
}

/** So many are looked at before the event loop goes on. */
const SLICE = 1_000;

/**
 * The messages that wait for the processes of a runtime: how many, and for how long. A check named `mailboxes`, every second. The
 * age is at least what is told, and at most one interval more. Of a mailbox that drops its oldest message when it is full no age is
 * known; what is compared with `ageMs` then is for how long its process has taken less than waited for it.
 */
export function mailboxes(runtime: MailboxesSource, options: MailboxesOptions = {}): Check {
  checkFunction('runtime.mailboxes', (runtime as Partial<MailboxesSource> | undefined)?.mailboxes, 'of a runtime');
  const { filter = () => true } = options;
  checkFunction('filter', filter);
  const limits = {
    length: thresholds('length', options.length, { degradedAt: 1_000, unhealthyAt: Infinity }),
    ageMs: thresholds('ageMs', options.ageMs, { degradedAt: 5_000, unhealthyAt: Infinity }),
  };
  let ages: ReadonlyMap<Pid, MailboxAge> = new Map();
  return {
    intervalMs: 1_000,
    ...checkOptionsOf(options, 'mailboxes'),
    check: async (context) => {
      const look = new Look(limits, ages, context);
      await look.at(runtime.mailboxes(), filter);
      ages = look.ages;
      return look.result();
    },
  };
}

/** One walk over all mailboxes. */
class Look {
  /** Of those where something waits. */
  readonly ages = new Map<Pid, MailboxAge>();
  readonly #findings: Finding[] = [];
  #longest = 0;
  #oldestMs: Milliseconds = 0;
  #processes = 0;

  constructor(
    private readonly limits: { readonly length: Thresholds; readonly ageMs: Thresholds },
    private readonly before: ReadonlyMap<Pid, MailboxAge>,
    private readonly context: CheckContext,
  ) {}

  async at(views: Iterable<MailboxView>, filter: (mailbox: MailboxView) => boolean): Promise<void> {
    for (const view of views) {
      if (filter(view)) this.#see(view);
      if (++this.#processes % SLICE === 0) await this.context.pause();
      if (this.context.signal.aborted) return;
    }
  }

  result(): CheckResult {
    return resultOf(this.#findings, {
      processes: this.#processes,
      longest: this.#longest,
      oldestMs: Math.round(this.#oldestMs),
    });
  }

  #see({ pid, process, size, taken, overflow }: MailboxView): void {
    if (size === 0) return;
    const age = this.before.get(pid) ?? new MailboxAge();
    this.ages.set(pid, age);
    const ageMs = age.see(taken, size, this.context.now());
    this.#longest = Math.max(this.#longest, size);
    const mayHaveGone = overflow === 'drop_oldest';
    if (!mayHaveGone) this.#oldestMs = Math.max(this.#oldestMs, ageMs);
    this.#findings.push(
      ...finding(size, this.limits.length, () => `${size} messages wait for ${process}`),
      ...finding(ageMs, this.limits.ageMs, () => lateText(process, Math.round(ageMs), mayHaveGone)),
    );
  }
}

function lateText(process: string, ms: Milliseconds, mayHaveGone: boolean): string {
  return mayHaveGone
    ? `${process} has taken fewer messages in ${ms} ms than waited for it`
    : `a message has waited ${ms} ms for ${process}`;
}
