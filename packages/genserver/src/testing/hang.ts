import { NoProcessError } from '../errors.js';
import { inside } from '../gen-server/inside.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { suspend } from '../process/suspend.js';
import type { Address } from '../runtime/address.js';
import { formatName } from '../runtime/kernel.js';
import type { Runtime } from '../runtime.js';

/** A process that takes no more messages, until it is released. */
export class Hung {
  readonly #runtime: Runtime;
  readonly #process: Process;

  /** Made by `hang()`. */
  constructor(runtime: Runtime, process: Process) {
    this.#runtime = runtime;
    this.#process = process;
  }

  /** Which one: a restart is another one, and does not hang. */
  get pid(): Pid {
    return this.#process.pid;
  }

  /** How many messages wait for it. */
  get waiting(): number {
    return this.#process.mailbox.size;
  }

  /** Lets it go on, with what has waited, in order. Harmless when it has ended, or was released before. */
  async release(): Promise<void> {
    try {
      await this.#runtime.sys.resume(this.pid, { timeoutMs: Infinity });
    } catch (error) {
      if (!(error instanceof NoProcessError)) throw error;
    }
  }
}

/**
 * Lets a process take no more messages: calls wait and time out as the clock says, casts pile up, an idle timeout does not
 * fire. A handler that is at work still ends. Its supervisor can stop it as ever, and `crash` ends it. Throws a
 * NoProcessError when nobody is there.
 */
export function hang(runtime: Runtime, address: Address): Hung {
  const process = runtime[inside].kernel.find(address);
  if (process === undefined || process.status === 'ended') throw new NoProcessError(formatName(address), 'hang');
  suspend(process);
  return new Hung(runtime, process);
}
