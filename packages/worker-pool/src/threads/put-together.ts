import { NotCloneableError } from './errors.js';
import type { BuiltInError, ErrorParts, Thrown } from './protocol.js';

/** A class of errors that threads may throw. */
export type ErrorClass = abstract new (...args: never[]) => Error;

const BUILT_IN: Record<BuiltInError, ErrorClass> = {
  AggregateError,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** Makes errors of what threads have thrown. */
export class ErrorWorkshop {
  readonly #known: ReadonlyMap<string, ErrorClass>;
  /** Made for names of classes that this side does not have; each once. */
  readonly #made = new Map<string, ErrorClass>();

  constructor(classes: readonly ErrorClass[]) {
    this.#known = new Map(classes.map((one) => [one.name, one]));
  }

  /** What the thread threw: an error of the same class and name, with all its parts, or the same value. */
  putTogether(thrown: Thrown): unknown {
    return this.#part(thrown, new Map());
  }

  #part(thrown: Thrown, seen: Map<ErrorParts, Error>): unknown {
    if (thrown.kind === 'value') return thrown.value;
    if (thrown.kind === 'uncloneable') return new NotCloneableError('thrown', thrown.why);
    const known = seen.get(thrown);
    if (known !== undefined) return known;
    const error = this.#bare(thrown);
    seen.set(thrown, error);
    for (const [key, field] of thrown.fields) define(error, key, this.#part(field, seen), key !== 'cause');
    if (thrown.errors !== undefined) {
      define(
        error,
        'errors',
        thrown.errors.map((one) => this.#part(one, seen)),
        false,
      );
    }
    return error;
  }

  #bare(parts: ErrorParts): Error {
    const { base, className, name, message, stack } = parts;
    const values = base === 'AggregateError' ? [[], message] : [message];
    const error = Reflect.construct(BUILT_IN[base], values, this.#classOf(className, base)) as Error;
    if (error.name !== name) define(error, 'name', name, false);
    if (error.message !== message) define(error, 'message', message, false);
    define(error, 'stack', stack ?? `${name}: ${message}`, false);
    return error;
  }

  /** A class that is given keeps its prototype, so `instanceof` holds; its constructor is not run. */
  #classOf(className: string, base: BuiltInError): ErrorClass {
    const known = this.#known.get(className);
    if (known !== undefined) return known;
    if (className === base) return BUILT_IN[base];
    const key = `${base} ${className}`;
    const made = this.#made.get(key) ?? named(className, BUILT_IN[base]);
    // Names are the user's, and there may be no end of them.
    if (this.#made.size < MOST_CLASSES) this.#made.set(key, made);
    return made;
  }
}

const MOST_CLASSES = 1_000;

function named(className: string, Base: ErrorClass): ErrorClass {
  const { [className]: Named } = { [className]: class extends (Base as typeof Error) {} };
  return Named ?? Base;
}

/** As an assignment could meet a setter, or `__proto__`. */
function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}
