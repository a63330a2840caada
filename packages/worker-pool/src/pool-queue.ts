import type { Milliseconds } from '@rookery/genserver';

/** What waits. Its links belong to the queue. */
export class QueueEntry {
  older: QueueEntry | undefined;
  newer: QueueEntry | undefined;
  previous: QueueEntry | undefined;
  next: QueueEntry | undefined;
  /** Where it waits; undefined when it does not. */
  lane: Lane | undefined;

  constructor(
    readonly priority: number,
    readonly key: unknown,
    /** When it was submitted. */
    readonly since: Milliseconds,
  ) {}
}

/** All that waits with one key, or with no key and one priority: first in, first out. */
class Lane {
  head: QueueEntry | undefined;
  tail: QueueEntry | undefined;
  /** How many of its key run. */
  running = 0;
  /** Whose turn-taking it is in: of the priority of its head. Undefined while none of it may be taken. */
  level: Level | undefined;
  before: Lane | undefined;
  after: Lane | undefined;

  constructor(readonly key: unknown) {}
}

/** The lanes whose heads have one priority. They take turns: the front is next, who was taken from goes to the back. */
class Level {
  front: Lane | undefined;
  back: Lane | undefined;
  /** Of what has no key. */
  readonly keyless = new Lane(undefined);

  constructor(readonly priority: number) {}

  add(lane: Lane): void {
    lane.level = this;
    lane.before = this.back;
    lane.after = undefined;
    if (this.back === undefined) this.front = lane;
    else this.back.after = lane;
    this.back = lane;
  }

  remove(lane: Lane): void {
    if (lane.before === undefined) this.front = lane.after;
    else lane.before.after = lane.after;
    if (lane.after === undefined) this.back = lane.before;
    else lane.after.before = lane.before;
    lane.level = undefined;
    lane.before = undefined;
    lane.after = undefined;
  }
}

/** How a queue decides who is next. */
export interface QueueRules {
  /** One more of priority is as good as having waited so much longer. Infinity: better than any waiting. */
  readonly ageingMs: Milliseconds;
  /** How many with one key may run. */
  readonly keyConcurrency: number;
}

/**
 * Who waits, and who is next: by priority and age; among those of one priority the keys take turns; those of one key are taken in
 * the order they came, and not while too many of it run. All it does is O(1), times the number of priorities that are in use.
 */
export class PoolQueue {
  readonly #rules: QueueRules;
  readonly #levels: Level[] = [];
  readonly #lanes = new Map<unknown, Lane>();
  #oldest: QueueEntry | undefined;
  #newest: QueueEntry | undefined;
  #size = 0;
  #ready = 0;

  constructor(rules: QueueRules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether one of those that wait may be taken now. */
  get isReady(): boolean {
    return this.#ready > 0;
  }

  /** The one that came first; undefined when none waits. */
  get oldest(): QueueEntry | undefined {
    return this.#oldest;
  }

  /** Whether one with this key could be begun now without overtaking another of its key. */
  admits(key: unknown): boolean {
    if (key === undefined) return true;
    const lane = this.#lanes.get(key);
    return lane === undefined || (lane.head === undefined && lane.running < this.#rules.keyConcurrency);
  }

  /** One with this key is begun without having waited. To be `released`. */
  claim(key: unknown): void {
    if (key !== undefined) this.#laneOf(key).running++;
  }

  push(entry: QueueEntry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#size++;
    const lane = entry.key === undefined ? this.#levelOf(entry.priority).keyless : this.#laneOf(entry.key);
    entry.lane = lane;
    entry.previous = lane.tail;
    if (lane.tail === undefined) lane.head = entry;
    else lane.tail.next = entry;
    lane.tail = entry;
    if (lane.level === undefined) this.#takeTurns(lane);
  }

  /** The next one, which is begun now; undefined when none may be. To be `released` when it has ended. */
  take(): QueueEntry | undefined {
    const lane = this.#nextLane();
    const entry = lane?.head;
    if (lane === undefined || entry === undefined) return undefined;
    if (entry.key !== undefined) lane.running++;
    this.#leaveTurns(lane);
    this.#unlink(entry, lane);
    this.#takeTurns(lane);
    return entry;
  }

  /** Returns false if it does not wait. */
  remove(entry: QueueEntry): boolean {
    const { lane } = entry;
    if (lane === undefined) return false;
    const isHead = lane.head === entry;
    this.#unlink(entry, lane);
    if (isHead) this.#headChanged(lane);
    this.#forgetIfIdle(lane);
    return true;
  }

  /** One with this key that was begun has ended. */
  released(key: unknown): void {
    if (key === undefined) return;
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    lane.running--;
    if (lane.level === undefined) this.#takeTurns(lane);
    this.#forgetIfIdle(lane);
  }

  #laneOf(key: unknown): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, (lane = new Lane(key)));
    return lane;
  }

  #levelOf(priority: number): Level {
    for (const level of this.#levels) if (level.priority === priority) return level;
    const level = new Level(priority);
    this.#levels.push(level);
    this.#levels.sort((a, b) => b.priority - a.priority);
    return level;
  }

  /** At the back, if one of it may be taken. */
  #takeTurns(lane: Lane): void {
    if (lane.head === undefined || (lane.key !== undefined && lane.running >= this.#rules.keyConcurrency)) return;
    this.#levelOf(lane.head.priority).add(lane);
    this.#ready++;
  }

  #leaveTurns(lane: Lane): void {
    lane.level?.remove(lane);
    this.#ready--;
  }

  /** Another head of the same priority has the turn of the one before. */
  #headChanged(lane: Lane): void {
    if (lane.level === undefined || lane.level.priority === lane.head?.priority) return;
    this.#leaveTurns(lane);
    this.#takeTurns(lane);
  }

  /** The highest level, unless the front of a lower one has waited so much longer. */
  #nextLane(): Lane | undefined {
    const { ageingMs } = this.#rules;
    let best: Level | undefined;
    let bestScore = Infinity;
    for (const level of this.#levels) {
      const head = level.front?.head;
      if (head === undefined) continue;
      if (ageingMs === Infinity) return level.front;
      const score = head.since - level.priority * ageingMs;
      if (score < bestScore) {
        best = level;
        bestScore = score;
      }
    }
    return best?.front;
  }

  #unlink(entry: QueueEntry, lane: Lane): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.previous === undefined) lane.head = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) lane.tail = entry.previous;
    else entry.next.previous = entry.previous;
    entry.older = undefined;
    entry.newer = undefined;
    entry.previous = undefined;
    entry.next = undefined;
    entry.lane = undefined;
    this.#size--;
  }

  #forgetIfIdle(lane: Lane): void {
    if (lane.key !== undefined && lane.head === undefined && lane.running === 0) this.#lanes.delete(lane.key);
  }
}
