import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { locate, named, type ProcessRef } from '../runtime/address.js';
import type { Name } from '../runtime/names.js';

/** The process of a task: an address for `runtime.exited`, `runtime.kill`, `self.monitor` and the like. */
export class TaskRef implements ProcessRef {
  readonly #process: Process | undefined;

  /** Made by the runtime. */
  constructor(process: Process | undefined) {
    this.#process = process;
  }

  /** While it runs. */
  get pid(): Pid | undefined {
    return this.isAlive ? this.#process?.pid : undefined;
  }

  /** Whether it still runs. */
  get isAlive(): boolean {
    return this.#process !== undefined && this.#process.status !== 'ended';
  }

  /** Its function's name and its pid. */
  toString(): string {
    return this.#process?.label ?? 'a completed task';
  }

  get [named](): Name | undefined {
    return undefined;
  }

  [locate](): Process | undefined {
    return this.#process;
  }
}
