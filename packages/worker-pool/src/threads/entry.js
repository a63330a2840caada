// @ts-check
import { threadId } from 'node:worker_threads';
import { takeApart } from './take-apart.js';
import { whyNotCloneable } from './why-not-cloneable.js';

/** @import { MessagePort, TransferListItem } from 'node:worker_threads' */
/** @import { LifeMessage, Outcome, Refusal, Reply, StartMessage, TaskMessage } from './protocol.js' */

/** @typedef {(...args: unknown[]) => unknown} Callable */

/** @type {Outcome} */
const DONE = { kind: 'done' };

/** What this thread is for. A thread has one entry and one task, so this is the entry's. @type {Work | undefined} */
let work;

/**
 * Is called by the thread engine: first to start, at last to tidy up. Does not throw, as the engine would lose most of an error.
 *
 * @param {LifeMessage} message
 * @returns {Promise<Outcome>}
 */
export async function answer(message) {
  if (message.kind === 'start') return start(message);
  return work === undefined ? DONE : work.end();
}

/**
 * @param {StartMessage} message
 * @returns {Promise<Outcome>}
 */
async function start(message) {
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
    // Does not reject; if it did, the thread would die of it and its task be told.
    port.on('message', (/** @type {TaskMessage} */ [input]) => void this.#do(input));
    port.on('messageerror', (error) => {
      const why = `\`input\` cannot be read in a thread (${error.message})`;
      this.#answer({ kind: 'uncloneable', subject: 'input', why });
    });
  }

  /** One task at a time: the next one is sent when this is answered. @param {unknown} input */
  async #do(input) {
    const context = new Context(this.#state);
    try {
      const run = this.#run;
      this.#give(await run(input, context), context.moved);
    } catch (error) {
      this.#answer({ kind: 'thrown', thrown: takeApart(error) });
    }
  }

  /** @returns {Promise<Outcome>} */
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
   * @param {readonly object[] | undefined} moved
   */
  #give(value, moved) {
    try {
      this.#answer([value], moved);
    } catch (error) {
      const why = whyNotCloneable('result', value, error, moved);
      this.#answer({ kind: 'uncloneable', subject: 'result', why });
    }
  }

  /**
   * @param {Reply} reply
   * @param {readonly object[]} [moved]
   */
  #answer(reply, moved) {
    this.#port.postMessage(reply, /** @type {TransferListItem[]} */ (moved));
  }
}

/** What the function of a task is given. Its list is made when it is needed: hardly any task does. */
class Context {
  threadId = threadId;
  /** @type {object[] | undefined} */
  #moved;

  /** @param {unknown} state */
  constructor(state) {
    this.state = state;
  }

  get moved() {
    return this.#moved;
  }

  /** A property, so that it may be taken apart. */
  get transfer() {
    /** @param {readonly object[]} objects */
    return (objects) => void (this.#moved ??= []).push(...objects);
  }
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
