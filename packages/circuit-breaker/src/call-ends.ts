import type { Milliseconds } from '@rookery/genserver';
import type { GuardedFunction } from './breaker.js';
import type { LazyContext } from './call-context.js';
import type { Circuit } from './circuit.js';
import { classifyError, classifyResult } from './classify.js';
import type { CompleteOptions } from './options.js';

/** What a call does when it ends: it tells the circuit, and passes on what came. */
export class CallEnds {
  readonly generation: number;
  readonly onValue: (value: unknown) => unknown;
  readonly onError: (error: unknown) => never;

  constructor(
    circuit: Circuit,
    options: CompleteOptions,
    generation: number,
    admission: number,
    startedAt: Milliseconds | undefined,
  ) {
    this.generation = generation;
    this.onValue = (value) => {
      const outcome = classifyResult(value, options, circuit.events);
      circuit.settle(generation, admission, outcome, startedAt, undefined);
      return value;
    };
    this.onError = (error) => {
      circuit.settle(generation, admission, classifyError(error, options, circuit.events), startedAt, error);
      throw error;
    };
  }
}

/** What a function gives, or throws, as a promise of this realm's own kind: `then` of any other may do what it likes. */
export function resultOf<T>(fn: GuardedFunction<T>, context: LazyContext): Promise<T> {
  try {
    return Promise.resolve(fn(context)); // the very same, if it is one
  } catch (error) {
    return Promise.reject(error);
  }
}
