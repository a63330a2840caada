// @ts-check
import { threadId } from 'node:worker_threads';
import { takeApart } from './take-apart.js';
import { whyNotCloneable } from './why-not-cloneable.js';

/** @import { MessagePort } from 'node:worker_threads' */
/** @import { Primitive, Refusal, Reply, StartMessage } from './protocol.js' */

/** @typedef {(...args: unknown[]) => unknown} Callable */

/** @type {Reply} */
const DONE = { kind: 'done' };
/** @type {Reply} */
const PARCEL = { kind: 'parcel' };

/** What this thread is for. A thread has one entry and one task, so this is the entry's. @type {Work | undefined} */
let work;

// The functions that the thread engine calls. They never throw: the engine would lose most of an error.

/**
 * One task.
 *
 * @param {unknown} input
 * @returns {Promise<Reply>}
 */
export function runTask(input) {
  return started().run(input);
}

/**
 * The last thing.
 *
 * @returns {Promise<Reply>}
 */
export function endWork() {
  return started().end();
}

function started() {
  if (work === undefined) throw new Error('A thread is started before it is used.');
  return work;
}

/**
 * The first thing.
 *
 * @param {StartMessage} message
 * @returns {Promise<Reply>}
 */
export async function startWork(message) {
  const { port, workerData } = message;
  /** @type {Record<string, unknown>} */
  let namespace;
  try {
    namespace = /** @type {Record<string, unknown>} */ (await import(message.module));
  } catch (error) {
    return { kind: 'refused', step: 'import', thrown: takeApart(error) };
  }
  const run = functionOf(namespace, message.export);
  const setup = functionOf(namespace, message.setup ?? '');
  const teardown = functionOf(namespace, message.teardown ?? '');
  if (run === undefined) return missing(namespace, message.export);
  if (message.setup !== undefined && setup === undefined) return missing(namespace, message.setup);
  if (message.teardown !== undefined && teardown === undefined) return missing(namespace, message.teardown);
  try {
    work = new Work(port, run, teardown, await setup?.(workerData, { threadId }));
    return DONE;
  } catch (error) {
    return { kind: 'refused', step: 'setup', thrown: takeApart(error) };
  }
}

/** One function of a module, in this thread. */
class Work {
  #port;
  #run;
  #teardown;
  #state;

  /**
   * @param {MessagePort} port
   * @param {Callable} run
   * @param {Callable | undefined} teardown
   * @param {unknown} state What setup gave.
   */
  constructor(port, run, teardown, state) {
    this.#port = port;
    this.#run = run;
    this.#teardown = teardown;
    this.#state = state;
  }

  /**
   * @param {unknown} input
   * @returns {Promise<Reply>}
   */
  async run(input) {
    /** @type {object[]} */
    const moved = [];
    const context = {
      state: this.#state,
      threadId,
      /** @param {readonly object[]} objects */
      transfer: (objects) => void moved.push(...objects),
    };
    try {
      const run = this.#run;
      return this.#send(await run(input, context), moved);
    } catch (error) {
      return { kind: 'thrown', thrown: takeApart(error) };
    }
  }

  /** @returns {Promise<Reply>} */
  async end() {
    try {
      const teardown = this.#teardown;
      await teardown?.(this.#state);
      return DONE;
    } catch (error) {
      return { kind: 'thrown', thrown: takeApart(error) };
    }
  }

  /**
   * @param {unknown} value
   * @param {object[]} moved
   * @returns {Reply}
   */
  #send(value, moved) {
    if (moved.length === 0 && isPrimitive(value)) return value;
    try {
      this.#port.postMessage(value, /** @type {import('node:worker_threads').TransferListItem[]} */ (moved));
      return PARCEL;
    } catch (error) {
      return { kind: 'uncloneable', why: whyNotCloneable('result', value, error, moved) };
    }
  }
}

/**
 * @param {unknown} value
 * @returns {value is Primitive}
 */
function isPrimitive(value) {
  return value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol');
}

/**
 * Of a CommonJS module Node knows only those exports by name that it could guess.
 *
 * @param {Record<string, unknown>} namespace
 * @param {string} name
 * @returns {Callable | undefined}
 */
function functionOf(namespace, name) {
  const commonJs = /** @type {Record<string, unknown> | null | undefined} */ (namespace['default']);
  const found = namespace[name] ?? commonJs?.[name];
  return typeof found === 'function' ? /** @type {Callable} */ (found) : undefined;
}

/**
 * @param {Record<string, unknown>} namespace
 * @param {string} name
 * @returns {Refusal}
 */
function missing(namespace, name) {
  const functions = Object.keys(namespace).filter((key) => typeof namespace[key] === 'function');
  return { kind: 'refused', step: 'export', missing: name, functions };
}
