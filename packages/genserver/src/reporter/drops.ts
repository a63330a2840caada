import type { DropKind } from '../process/host.js';

const WORDS: Record<DropKind, string> = {
  dead_letter: 'sent to nobody',
  late_reply: 'answered too late',
  expired_request: 'skipped, as the caller waits no more',
  late_failure: 'at work in a process that had ended, and failed',
  unhandled_info: 'not handled by any handleInfo',
  overflow: 'dropped, as the mailbox was full',
  lost_refusal: 'a cast and refused, which nobody hears',
};

/** More kinds of messages than this are only counted. */
const MOST_NAMED = 3;

interface Tally {
  readonly drop: DropKind;
  readonly process: string;
  readonly message: string;
  count: number;
}

/** Messages that were dropped, counted: a flood of them is one line, not a flood of lines. */
export class Drops {
  readonly #tallies = new Map<string, Tally>();

  get isEmpty(): boolean {
    return this.#tallies.size === 0;
  }

  add(drop: DropKind, process: string, message: string): void {
    const key = JSON.stringify([drop, process, message]);
    const tally = this.#tallies.get(key) ?? { drop, process, message, count: 0 };
    tally.count++;
    this.#tallies.set(key, tally);
  }

  /** One line for each kind of drop, and it is empty again. */
  take(): readonly string[] {
    const tallies = [...this.#tallies.values()];
    this.#tallies.clear();
    const kinds = new Set(tallies.map(({ drop }) => drop));
    return Array.from(kinds, (kind) =>
      lineOf(
        kind,
        tallies.filter(({ drop }) => drop === kind),
      ),
    );
  }
}

function lineOf(kind: DropKind, tallies: readonly Tally[]): string {
  const total = tallies.reduce((sum, { count }) => sum + count, 0);
  const named = tallies.toSorted((a, b) => b.count - a.count).slice(0, MOST_NAMED);
  const others = total - named.reduce((sum, { count }) => sum + count, 0);
  const rest = others > 0 ? [`${others} to others`] : [];
  const parts = named.map(({ process, message, count }) => {
    const times = tallies.length === 1 ? '' : `${count} × `;
    return `${times}"${message}" to ${process}`;
  });
  return `${total === 1 ? 'a message was' : `${total} messages were`} ${WORDS[kind]}: ${[...parts, ...rest].join(', ')}`;
}
