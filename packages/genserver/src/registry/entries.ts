import { sendInfo } from '../gen-server/call.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Entry } from './registrations.js';

/** Who is registered under the key that was looked up, and with what value. A copy. */
export interface RegistryEntry<Value = unknown> {
  readonly pid: Pid;
  readonly value: Value;
}

/** An entry with its key. A copy. */
export interface RegistryRecord<Key = unknown, Value = unknown> extends RegistryEntry<Value> {
  readonly key: Key;
}

/** An entry that messages can be sent to: what `dispatch` gives. */
export class Receiver<Value = unknown> implements RegistryEntry<Value> {
  readonly pid: Pid;
  readonly value: Value;
  readonly #kernel: Kernel;
  readonly #process: Process;

  /** Made by the registry. */
  constructor(kernel: Kernel, { owner, value }: Entry<unknown, Value>) {
    this.pid = owner.pid;
    this.value = value;
    this.#kernel = kernel;
    this.#process = owner;
  }

  /** Puts a message for `handleInfo` into its mailbox. Returns false, which is counted, if it has ended or its mailbox is full (REG-046). */
  send(message: unknown): boolean {
    return sendInfo(this.#kernel, this.#process, this.#process, 'send', message);
  }
}

export function toEntry<Value>({ owner, value }: Entry<unknown, Value>): RegistryEntry<Value> {
  return { pid: owner.pid, value };
}

export function toRecord<Key, Value>({ key, owner, value }: Entry<Key, Value>): RegistryRecord<Key, Value> {
  return { key, pid: owner.pid, value };
}
