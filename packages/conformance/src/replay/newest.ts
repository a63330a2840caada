import type { ViaName } from '@rookery/genserver';
import type { Ledger } from './ledger.js';

type Kernel = Parameters<ViaName['whereis']>[0];

/** The name under which a scenario knows a process: its id means the newest instance, alive or not. */
export class Newest implements ViaName {
  readonly #ledger: Ledger;
  readonly #id: string;

  constructor(ledger: Ledger, id: string) {
    this.#ledger = ledger;
    this.#id = id;
  }

  toString(): string {
    return this.#id;
  }

  whereis(kernel: Kernel): ReturnType<ViaName['whereis']> {
    const pid = this.#ledger.newest(this.#id)?.pid;
    return pid === undefined ? undefined : kernel.find(pid);
  }

  /** Processes are known by the ledger, not registered. */
  claim(): never {
    throw new Error(`${this.#id} is a name for looking up only.`);
  }
}
