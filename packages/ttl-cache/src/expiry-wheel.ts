import type { Milliseconds } from '@rookery/genserver';

/** A ring of nodes; alone, a node leads to itself. */
export abstract class WheelNode {
  next: WheelNode = this;
  previous: WheelNode = this;

  /** When it is to be taken out. Infinity: never. */
  abstract readonly dueAt: Milliseconds;

  unlink(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.next = this.previous = this;
  }
}

/** The head of a ring. */
class Ring extends WheelNode {
  readonly dueAt = Infinity;

  get isEmpty(): boolean {
    return this.next === this;
  }

  push(node: WheelNode): void {
    node.previous = this.previous;
    node.next = this;
    this.previous.next = node;
    this.previous = node;
  }

  /** Takes over all that the other has. */
  append(other: Ring): void {
    if (other.isEmpty) return;
    const { next: first, previous: last } = other;
    this.previous.next = first;
    first.previous = this.previous;
    last.next = this;
    this.previous = last;
    other.next = other.previous = other;
  }
}

/** Slots of one level. A power of two, as slots are found by masking. */
const SLOTS = 64;
/** How many slots of the first level one slot of each level spans. */
const SPANS = [1, SLOTS, SLOTS ** 2, SLOTS ** 3] as const;
const LEVELS = SPANS.length;
/** What is due later than this goes into the last slot, and from there on when that is reached. */
const FARTHEST = SLOTS ** LEVELS - 1;

/**
 * What is due when: a hierarchical timing wheel. Adding and taking out cost the same for any number of nodes and any spread of
 * times; finding what is due costs as much as is due, plus one more look at what was put off for each level it passes.
 */
export class ExpiryWheel {
  readonly #slotMs: Milliseconds;
  readonly #levels = SPANS.map(() => Array.from({ length: SLOTS }, () => new Ring()));
  /** Taken out of the slots that time has passed; to be looked at one by one. */
  readonly #passed = new Ring();
  /** The slot of the first level that time has reached. */
  #reached: number;

  /** `slotMs`: how much time one slot of the first level spans; it sets what is looked at together, not what is due. */
  constructor(slotMs: Milliseconds, now: Milliseconds) {
    this.#slotMs = slotMs;
    this.#reached = Math.floor(now / slotMs);
  }

  /** Whether nothing in it is ever due. Looks at each slot. */
  get isEmpty(): boolean {
    return this.#passed.isEmpty && this.#levels.every((rings) => rings.every((ring) => ring.isEmpty));
  }

  /** The node must be in no wheel. */
  add(node: WheelNode): void {
    if (node.dueAt !== Infinity) this.#slotOf(node.dueAt).push(node);
  }

  /** Says that its `dueAt` has changed. */
  move(node: WheelNode): void {
    node.unlink();
    this.add(node);
  }

  /** Lets time go on: from now on `take` gives what is due at `now`. Costs the number of slots passed, at most all. */
  advance(now: Milliseconds): void {
    const reached = Math.max(this.#reached, Math.floor(now / this.#slotMs));
    for (let level = 0; level < LEVELS; level++) {
      const span = SPANS[level] ?? 1;
      // The slot that was reached may still hold something; of the coarser ones it went on to finer slots.
      const from = Math.floor(this.#reached / span) + (level === 0 ? 0 : 1);
      const to = Math.floor(reached / span);
      for (let slot = Math.max(from, to - SLOTS + 1); slot <= to; slot++) this.#passed.append(this.#ring(level, slot));
    }
    this.#reached = reached;
  }

  /**
   * One node of those passed, taken out: `due` if its time is over. Else it has gone back to where it belongs, and `step` was
   * spent all the same. Undefined: no more is passed.
   */
  step(now: Milliseconds): WheelNode | 'later' | undefined {
    const node = this.#passed.next;
    if (node === this.#passed) return undefined;
    node.unlink();
    if (node.dueAt <= now) return node;
    this.add(node);
    return 'later';
  }

  #slotOf(dueAt: Milliseconds): Ring {
    const reached = this.#reached;
    const wanted = Math.floor(dueAt / this.#slotMs) - reached;
    const ahead = wanted < 0 ? 0 : Math.min(wanted, FARTHEST);
    if (ahead < SLOTS) return this.#ring(0, reached + ahead);
    if (ahead < SLOTS ** 2) return this.#ring(1, (reached + ahead) / SLOTS);
    return ahead < SLOTS ** 3
      ? this.#ring(2, (reached + ahead) / SLOTS ** 2)
      : this.#ring(3, (reached + ahead) / SLOTS ** 3);
  }

  #ring(level: number, slot: number): Ring {
    // `&` cuts the fraction off, and wraps what is above 32 bits as it should.
    return (this.#levels[level] as Ring[])[slot & (SLOTS - 1)] as Ring;
  }
}
