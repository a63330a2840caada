import { isThenable } from '../process/thenable.js';
import type { Inputs } from './stream-options.js';

type Step<In> = IteratorResult<In, unknown>;

/** Who hears of an input; exactly one of them, once for each pull. */
export interface InputListener<In> {
  readonly onInput: (input: In) => void;
  readonly onDone: () => void;
  readonly onError: (error: unknown) => void;
}

/** The inputs of a stream, taken one at a time and closed in the end. Opened when the first one is asked for. */
export class InputSource<In> {
  /** There is none left, or it was closed. */
  isDone = false;
  /** One is under way: there is never a second one, as many sources could not tell them apart. */
  isPulling = false;
  readonly #inputs: Inputs<In>;
  readonly #listener: InputListener<In>;
  #iterator: Iterator<In> | AsyncIterator<In> | undefined;

  constructor(inputs: Inputs<In>, listener: InputListener<In>) {
    this.#inputs = inputs;
    this.#listener = listener;
  }

  /** Asks for the next one; a synchronous source answers at once. */
  pull(): void {
    let step: Step<In> | PromiseLike<Step<In>>;
    try {
      step = (this.#iterator ??= open(this.#inputs)).next();
    } catch (error) {
      return this.#failed(error);
    }
    if (!isThenable(step)) return this.#came(step);
    this.isPulling = true;
    Promise.resolve(step).then(
      (late) => this.#came(late),
      (error: unknown) => this.#failed(error),
    );
  }

  /** Lets the source clean up, and waits for that; not for an input that is under way, which may never come. */
  async close(): Promise<void> {
    if (this.isDone || this.#iterator === undefined) return void (this.isDone = true);
    this.isDone = true;
    const closed = this.#iterator.return?.();
    if (!this.isPulling) return void (await closed);
    // A generator first waits for what it is at: nobody is left who could be told how that ends.
    if (isThenable(closed)) Promise.resolve(closed).catch(() => undefined);
  }

  #came(given: Step<In>): void {
    this.isPulling = false;
    if (this.isDone) return; // closed meanwhile: nobody wants it any more
    let step: Step<In>;
    try {
      step = looked(given);
    } catch (error) {
      return this.#failed(error);
    }
    if (step.done !== true) return this.#listener.onInput(step.value);
    this.isDone = true;
    this.#listener.onDone();
  }

  #failed(error: unknown): void {
    this.isPulling = false;
    if (this.isDone) return;
    this.isDone = true;
    this.#listener.onError(error);
  }
}

/** Sources are made by hand, too. Throws where a loop of the language would. */
function looked<In>(step: unknown): Step<In> {
  if (typeof step !== 'object' || step === null) {
    throw new TypeError(`next() of the inputs of a stream must give an object, not ${typeof step}.`);
  }
  const { done, value } = step as Step<In>;
  return done ? { done, value } : { done: false, value };
}

function open<In>(inputs: Inputs<In>): Iterator<In> | AsyncIterator<In> {
  return typeof inputs === 'object' && Symbol.asyncIterator in inputs
    ? inputs[Symbol.asyncIterator]()
    : inputs[Symbol.iterator]();
}
