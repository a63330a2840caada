import type { Engine } from '../engine.js';
import { PoolOptionError } from '../errors.js';
import type { Threads, ThreadsOf } from '../face.js';
import type { TaskTerms } from '../options.js';
import { NotCloneableError } from './errors.js';
import type { FunctionNames, SoleFunction, ThreadFunction, ThreadsOfModule } from './module-types.js';
import { completeThreads, type ThreadsOptions } from './options.js';
import { ThreadWorkers } from './thread-workers.js';

/**
 * Runs one function of a module in threads: for work that computes. Each thread takes one task at a time, so as many run as there
 * are threads. A task that runs too long, or is aborted, is ended with its thread, which is replaced. Inputs and results are copied
 * as by `structuredClone`, or moved.
 *
 * Throws a PoolOptionError for options that make no sense. That the module cannot be used shows when the pool starts: its `ready()`
 * rejects with a ThreadModuleError.
 */
export function threads(options: ThreadsOptions): Engine<Threads<unknown, unknown>>;
/** With the type of the function: `threads<typeof import('./work.js').hash>({ module, export: 'hash' })`. */
export function threads<Fn extends ThreadFunction>(options: ThreadsOptions): Engine<ThreadsOf<Fn>>;
/**
 * With the type of the module: `threads<typeof import('./work.js')>({ module })` if it exports one function only, or if its default
 * export is meant; else with the name, `threads<typeof import('./work.js'), 'hash'>({ module, export: 'hash' })`.
 */
export function threads<Module extends object, Name extends FunctionNames<Module> = SoleFunction<Module>>(
  options: ThreadsOptions<Name>,
): Engine<ThreadsOfModule<Module, Name>>;
export function threads(options: ThreadsOptions): Engine {
  const complete = completeThreads(options);
  return {
    kind: 'threads',
    defaultSize: complete.defaultSize,
    check: checkTask,
    start: (host) => new ThreadWorkers(host, complete),
  };
}

/** The rest shows when it is sent. */
function checkTask(input: unknown, { transfer }: TaskTerms): void {
  if (typeof input === 'function' || typeof input === 'symbol') {
    throw new NotCloneableError('input', `\`input\` is a ${typeof input}`);
  }
  if (transfer === undefined) return;
  if (Array.isArray(transfer) && transfer.every((one) => typeof one === 'object' && one !== null)) return;
  throw new PoolOptionError('transfer', 'an array of ArrayBuffers, MessagePorts and the like', transfer);
}
