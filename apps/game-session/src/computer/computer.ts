import { Inject, Injectable, Logger } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { RunTimeoutError, type ThreadsOf, WorkerCrashedError, WorkerPool } from '@rookery/worker-pool';
import type { Column } from '../rules/connect-four.js';
import { SETTINGS } from '../settings.js';
import type { Level } from '../store/records.js';
import { COMPUTER_POOL, type ComputerSettings } from './computer.pool.js';
import { ORDERS, SHARED, type think } from './computer.worker.js';
import { DEPTHS } from './levels.js';
import { search } from './search.js';

/** A thought that its thread did not survive is begun anew so many times: it may be the thought that kills threads. */
const TRIES = 3;
/** The part of its time after which a thought is content with what it has. What is left is for threads that are slow, not stuck. */
const PATIENCE = 0.8;

/** What the computer is asked. */
export interface Question {
  /** Of the game so far. */
  readonly moves: readonly Column[];
  readonly level: Level;
  /** From 0 up to 1: chooses among moves that are as good. */
  readonly chance: number;
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** The computer as a player. It thinks in threads: a long thought holds up no message of anybody. */
@Injectable()
export class Computer {
  readonly #logger = new Logger(Computer.name);
  /** What is being thought now: the memory shared with the thread. */
  readonly #thoughts = new Set<Int32Array>();

  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(SETTINGS) private readonly settings: ComputerSettings,
  ) {}

  /**
   * Its move. When the thread does not answer within COMPUTER_MOVE_MS the pool ends it, and what it had found by then is played.
   * Rejects when threads crash again and again, or while the pool is being restarted: ask again later.
   */
  async choose(question: Question): Promise<Column> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#think(question);
      } catch (error) {
        if (!(error instanceof WorkerCrashedError) || tries === TRIES) throw error;
        this.#logger.warn(`A thread has ended while it was thinking, and is asked again: ${error.message}`);
      }
    }
  }

  /** For demonstration: lets a thread that thinks, or one that has nothing to do, crash or hang. */
  disturb(how: 'crash' | 'hang'): void {
    const [thought] = this.#thoughts;
    if (thought !== undefined) return void Atomics.store(thought, SHARED.order, ORDERS[how]);
    const shared = newShared();
    Atomics.store(shared, SHARED.order, ORDERS[how]);
    this.#run({ moves: [], level: 1, chance: 0 }, shared).catch(() => {}); // that it fails is what was wanted
  }

  async #think(question: Question): Promise<Column> {
    const shared = newShared();
    const stop = (): void => void Atomics.store(shared, SHARED.order, ORDERS.stop);
    question.signal?.addEventListener('abort', stop);
    this.#thoughts.add(shared);
    try {
      return await this.#run(question, shared);
    } catch (error) {
      if (!(error instanceof RunTimeoutError)) throw error;
      this.#logger.warn(`A thread was ended while it was thinking: ${error.message}`);
      return foundBy(shared) ?? search(question.moves, { depth: 1 });
    } finally {
      this.#thoughts.delete(shared);
      question.signal?.removeEventListener('abort', stop);
    }
  }

  #run({ moves, level, chance }: Question, shared: Int32Array): Promise<Column> {
    const { computerMoveMs: moveMs } = this.settings;
    const thought = { moves, depth: DEPTHS[level], thinkMs: moveMs * PATIENCE, chance, shared };
    // However long it waits for a thread: the turn clock of the game goes on.
    const times = { timeoutMs: Infinity, runTimeoutMs: moveMs };
    return WorkerPool.ref<ThreadsOf<typeof think>>(this.runtime, COMPUTER_POOL).executeTask(thought, times);
  }
}

function newShared(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Object.keys(SHARED).length * Int32Array.BYTES_PER_ELEMENT));
}

/** The best column of the last depth that was finished, if one was. */
function foundBy(shared: Int32Array): Column | undefined {
  return Atomics.load(shared, SHARED.depth) === 0 ? undefined : Atomics.load(shared, SHARED.column);
}
