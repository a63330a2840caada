import { availableParallelism } from 'node:os';
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
} from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Milliseconds } from '../runtime/clock.js';

/** How to run one task for each of many inputs. */
export interface AsyncStreamOptions {
  /** How many run at the same time. Default: `os.availableParallelism()` (TASK-037). For work that waits for I/O, more. */
  readonly maxConcurrency?: number;
  /** Whether results come in the order of the inputs. Default true. If not, they come as they are done (TASK-035). */
  readonly ordered?: boolean;
  /** For each task, from its own start. Default 5000 (TASK-042, TASK-044). */
  readonly timeoutMs?: Milliseconds;
  /**
   * What happens when a task takes longer: `exit` (default): the loop gets a TaskTimeoutError, and all tasks are killed;
   * `kill_task`: only that one is, and its result is `exit` with the error as reason (TASK-042, TASK-043).
   */
  readonly onTimeout?: 'exit' | 'kill_task';
  /** Whether an `exit` result carries the `input` it was for. Default false (TASK-047). */
  readonly zipInputOnExit?: boolean;
  /** Ends the loop with a TaskAbortedError; all tasks are killed. */
  readonly signal?: AbortSignal;
}

/** The options, complete and checked. */
export interface StreamLimits {
  readonly maxConcurrency: number;
  readonly ordered: boolean;
  readonly timeoutMs: Milliseconds;
  readonly onTimeout: 'exit' | 'kill_task';
  readonly zipInputOnExit: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Where the inputs come from. */
export type Inputs<In> = Iterable<In> | AsyncIterable<In>;

/** Refuses at once what could only fail when the stream is consumed (TASK-038). */
export function checkStream(inputs: unknown, fn: unknown, options: AsyncStreamOptions): StreamLimits {
  checkOptions(options);
  const { maxConcurrency = availableParallelism(), ordered = true, timeoutMs = 5000, onTimeout = 'exit' } = options;
  const { zipInputOnExit = false, signal } = options;
  const isIterable =
    typeof inputs === 'string' ||
    (typeof inputs === 'object' && inputs !== null && (Symbol.iterator in inputs || Symbol.asyncIterator in inputs));
  if (!isIterable) throw new InvalidOptionError('inputs', 'an iterable or an async iterable', inputs);
  checkFunction('fn', fn, 'a function to run for each input');
  checkInteger('maxConcurrency', maxConcurrency, 1);
  checkBoolean('ordered', ordered);
  checkDuration('timeoutMs', timeoutMs);
  checkOneOf('onTimeout', onTimeout, ['exit', 'kill_task']);
  checkBoolean('zipInputOnExit', zipInputOnExit);
  checkSignal(signal);
  return { maxConcurrency, ordered, timeoutMs, onTimeout, zipInputOnExit, signal };
}
