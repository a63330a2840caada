import type { AbortListener, AbortListeners } from '@rookery/genserver';
import { TaskAbortedError } from './errors.js';
import type { Items } from './face.js';
import type { TaskOptions } from './options.js';

/** What `map` needs of a pool. */
export interface MapPlan<Item> {
  readonly label: string;
  readonly items: Items<Item>;
  readonly concurrency: number;
  readonly isOrdered: boolean;
  /** Of all maps of the pool. */
  readonly signals: AbortListeners;
  /** Of each item. */
  readonly options: TaskOptions;
  /** Runs one item; waits for room where the queue has a limit. */
  readonly submit: (item: Item, index: number, options: TaskOptions) => Promise<unknown>;
}

type Outcome =
  { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'error'; readonly error: unknown };

/** An item that was given to the pool. */
interface Flight {
  outcome: Outcome | undefined;
}

/**
 * Gives the results, taking an item only when fewer than `concurrency` are under way or wait to be taken. Nothing runs before the
 * first is asked for. Whenever it ends, by an error, or since nobody wants more, what runs is aborted and the source is closed.
 */
export async function* mapItems<Item>(plan: MapPlan<Item>): AsyncGenerator<unknown, void, undefined> {
  const run = new MapRun(plan);
  let failed: { readonly error: unknown } | undefined;
  try {
    for (let outcome = await run.next(); outcome !== undefined; outcome = await run.next()) {
      if (outcome.kind === 'value') yield outcome.value;
      else {
        failed = outcome;
        break;
      }
    }
  } finally {
    const ended = run.end();
    // As in a `for` loop of the language: an error of closing is told unless there is another one.
    await (failed === undefined ? ended : ended.catch(() => undefined));
  }
  if (failed !== undefined) throw failed.error;
}

class MapRun<Item> implements AbortListener {
  readonly #plan: MapPlan<Item>;
  readonly #options: TaskOptions;
  readonly #abort = new AbortController();
  #iterator: Iterator<Item> | AsyncIterator<Item> | undefined;
  /** Those whose results were not taken yet: as their items came, or, unordered, those that are done. */
  readonly #results = new Set<Flight>();
  #underWay = 0;
  #index = 0;
  #isPulling = false;
  #isDone = false;
  #sourceError: Outcome | undefined;
  #wake: (() => void) | undefined;

  constructor(plan: MapPlan<Item>) {
    this.#plan = plan;
    this.#options = { ...plan.options, signal: this.#abort.signal };
    const { signal } = plan.options;
    if (signal?.aborted === true) this.aborted(signal.reason);
    else if (signal !== undefined) plan.signals.add(signal, this);
  }

  aborted(reason: unknown): void {
    this.#abort.abort(reason);
    this.#wake?.();
  }

  /** The next result; undefined when there is none any more. */
  async next(): Promise<Outcome | undefined> {
    for (;;) {
      if (this.#abort.signal.aborted) return { kind: 'error', error: this.#abortedError() };
      this.#fill();
      const result = this.#take();
      if (result !== undefined) return result;
      if (this.#isDone && this.#underWay === 0) return this.#sourceError;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets the source clean up; does not wait for an item that is under way, which may never come. */
  async end(): Promise<void> {
    const { options, signals } = this.#plan;
    if (options.signal !== undefined) signals.remove(options.signal, this);
    this.#abort.abort(new Error('The results of this map are not wanted any more.'));
    if (this.#isDone || this.#iterator === undefined) return;
    this.#isDone = true;
    const closed = this.#iterator.return?.();
    if (!this.#isPulling) await closed;
    // A generator first waits for what it is at: nobody is left who could be told how that ends.
    else Promise.resolve(closed).catch(() => undefined);
  }

  #take(): Outcome | undefined {
    const [flight] = this.#results;
    if (flight?.outcome === undefined) return undefined;
    this.#results.delete(flight);
    return flight.outcome;
  }

  #fill(): void {
    while (!this.#isDone && !this.#isPulling && this.#taken < this.#plan.concurrency) this.#pull();
  }

  /** How many items were taken whose results were not. */
  get #taken(): number {
    return this.#plan.isOrdered ? this.#results.size : this.#results.size + this.#underWay;
  }

  #pull(): void {
    try {
      const step = (this.#iterator ??= open(this.#plan.items)).next();
      if (!isThenable(step)) return this.#came(step);
      this.#isPulling = true;
      Promise.resolve(step).then(
        (late) => this.#cameLate(() => this.#came(late)),
        (error: unknown) => this.#cameLate(() => this.#sourceFailed(error)),
      );
    } catch (error) {
      this.#sourceFailed(error);
    }
  }

  #cameLate(take: () => void): void {
    this.#isPulling = false;
    try {
      if (!this.#isDone) take();
    } catch (error) {
      this.#sourceFailed(error); // what it gave is no result of an iterator
    }
    this.#wake?.();
  }

  #came(step: IteratorResult<Item, unknown>): void {
    if (typeof step !== 'object' || step === null) {
      throw new TypeError(`The items end here: next() of their iterator gave ${String(step)}, which is no object.`);
    }
    if (step.done === true) this.#isDone = true;
    else this.#start(step.value);
  }

  #sourceFailed(error: unknown): void {
    this.#isDone = true;
    this.#sourceError = { kind: 'error', error };
  }

  #start(item: Item): void {
    const flight: Flight = { outcome: undefined };
    if (this.#plan.isOrdered) this.#results.add(flight);
    this.#underWay++;
    this.#plan.submit(item, this.#index++, this.#options).then(
      (value) => this.#landed(flight, { kind: 'value', value }),
      (error: unknown) => this.#landed(flight, { kind: 'error', error }),
    );
  }

  #landed(flight: Flight, outcome: Outcome): void {
    this.#underWay--;
    flight.outcome = outcome;
    this.#results.add(flight);
    this.#wake?.();
  }

  #abortedError(): TaskAbortedError {
    return new TaskAbortedError(this.#plan.label, this.#underWay > 0, this.#abort.signal.reason);
  }
}

function open<Item>(items: Items<Item>): Iterator<Item> | AsyncIterator<Item> {
  // A string has no properties for `in`.
  return typeof items !== 'string' && Symbol.asyncIterator in items
    ? items[Symbol.asyncIterator]()
    : items[Symbol.iterator]();
}

function isThenable<Step>(step: Step | PromiseLike<Step>): step is PromiseLike<Step> {
  return typeof (step as { then?: unknown } | undefined)?.then === 'function';
}
