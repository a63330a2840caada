import type { Milliseconds } from '@rookery/genserver';
import type { Row } from './entry.js';

/** What hangs in a wheel: rows that know when they are due, and lead to each other. Infinity: never. */
export interface Linked {
  dueAt(row: Row): Milliseconds;
  link(row: Row, before: number, after: number): void;
  after(row: Row): number;
  setAfter(row: Row, after: number): void;
  before(row: Row): number;
  setBefore(row: Row, before: number): void;
}

/** Slots of one level. A power of two, as slots are found by masking. */
const SLOTS = 64;
/** How many slots of the first level one slot of each level spans. */
const SPANS = [1, SLOTS, SLOTS ** 2, SLOTS ** 3] as const;
const LEVELS = SPANS.length;
/** What is due later than this goes into the last slot, and from there on when that is reached. */
const FARTHEST = SLOTS ** LEVELS - 1;
/** The ring of what was taken out of the slots that time has passed; to be looked at one by one. */
const PASSED = SLOTS * LEVELS;
const RINGS = PASSED + 1;

/**
 * What is due when: a hierarchical timing wheel. Adding and taking out cost the same for any number of nodes and any spread of
 * times; finding what is due costs as much as is due, plus one more look at what was put off for each level it passes.
 */
export class ExpiryWheel {
  readonly #rows: Linked;
  /** As dividing takes longer than multiplying. */
  readonly #slotsPerMs: number;
  // In a ring rows lead to rows, and at both ends to `~ring`, which is below 0. An empty ring leads to itself, as does a row in none.
  readonly #first = Int32Array.from({ length: RINGS }, (_, ring) => ~ring);
  readonly #last = this.#first.slice();
  /** The slot of the first level that time has reached. */
  #reached: number;

  /** `slotMs`: how much time one slot of the first level spans; it sets what is looked at together, not what is due. */
  constructor(rows: Linked, slotMs: Milliseconds, now: Milliseconds) {
    this.#rows = rows;
    this.#slotsPerMs = 1 / slotMs;
    this.#reached = Math.floor(now * this.#slotsPerMs);
  }

  /** Whether nothing in it is ever due. Looks at each ring. */
  get isEmpty(): boolean {
    return this.#first.every((first) => first < 0);
  }

  /** The row must be in no wheel. */
  add(row: Row, dueAt: Milliseconds): void {
    if (dueAt === Infinity) return this.#rows.link(row, row, row);
    const ring = this.#ringOf(dueAt);
    const last = this.#last[ring] as number;
    this.#rows.link(row, last, ~ring);
    this.#setAfter(last, row);
    this.#last[ring] = row;
  }

  /** It is due sooner than before. */
  move(row: Row, dueAt: Milliseconds): void {
    this.remove(row);
    this.add(row, dueAt);
  }

  /** It was added, and is not to be due any more. */
  remove(row: Row): void {
    const before = this.#rows.before(row);
    const after = this.#rows.after(row);
    this.#setAfter(before, after);
    this.#setBefore(after, before);
  }

  /** Lets time go on: from now on `take` gives what is due at `now`. Costs the number of slots passed, at most all. */
  advance(now: Milliseconds): void {
    const reached = Math.max(this.#reached, Math.floor(now * this.#slotsPerMs));
    for (let level = 0; level < LEVELS; level++) {
      const span = SPANS[level] ?? 1;
      // The slot that was reached may still hold something; of the coarser ones it went on to finer slots.
      const from = Math.floor(this.#reached / span) + (level === 0 ? 0 : 1);
      const to = Math.floor(reached / span);
      for (let slot = Math.max(from, to - SLOTS + 1); slot <= to; slot++) this.#append(ringAt(level, slot));
    }
    this.#reached = reached;
  }

  /**
   * One row of those passed, taken out, if its time is over. Else it has gone back to where it belongs, and `step` was spent all
   * the same. Undefined: no more is passed.
   */
  step(now: Milliseconds): Row | 'later' | undefined {
    const row = this.#first[PASSED] as number;
    if (row < 0) return undefined;
    this.remove(row);
    const dueAt = this.#rows.dueAt(row);
    if (dueAt > now) {
      this.add(row, dueAt);
      return 'later';
    }
    this.#rows.link(row, row, row);
    return row;
  }

  #ringOf(dueAt: Milliseconds): number {
    const reached = this.#reached;
    const wanted = Math.floor(dueAt * this.#slotsPerMs) - reached;
    const ahead = wanted < 0 ? 0 : Math.min(wanted, FARTHEST);
    if (ahead < SLOTS) return ringAt(0, reached + ahead);
    if (ahead < SLOTS ** 2) return ringAt(1, (reached + ahead) / SLOTS);
    return ahead < SLOTS ** 3 ? ringAt(2, (reached + ahead) / SLOTS ** 2) : ringAt(3, (reached + ahead) / SLOTS ** 3);
  }

  /** All of a ring is passed. */
  #append(ring: number): void {
    const first = this.#first[ring] as number;
    if (first < 0) return;
    const lastPassed = this.#last[PASSED] as number;
    const last = this.#last[ring] as number;
    this.#rows.setBefore(first, lastPassed);
    this.#setAfter(lastPassed, first);
    this.#rows.setAfter(last, ~PASSED);
    this.#last[PASSED] = last;
    this.#first[ring] = this.#last[ring] = ~ring;
  }

  /** Of a row, or what is first in a ring. */
  #setAfter(end: number, after: number): void {
    if (end < 0) this.#first[~end] = after;
    else this.#rows.setAfter(end, after);
  }

  #setBefore(end: number, before: number): void {
    if (end < 0) this.#last[~end] = before;
    else this.#rows.setBefore(end, before);
  }
}

function ringAt(level: number, slot: number): number {
  // `&` cuts the fraction off, and wraps what is above 32 bits as it should.
  return level * SLOTS + (slot & (SLOTS - 1));
}
