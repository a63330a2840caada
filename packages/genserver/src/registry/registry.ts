import { checkOneOf } from '../checks.js';
import { GenServer } from '../gen-server/gen-server.js';
import { inside } from '../gen-server/inside.js';
import { link, unlink } from '../process/links.js';
import type { NameClaim, Process } from '../process/process.js';

/** How a registry keeps its keys. */
export interface RegistryOptions {
  /** One process for each key. */
  readonly keys: 'unique';
}

/**
 * Names processes by key: `child(Registry, { args: [{ keys: 'unique' }], name: 'games' })`, then `via('games', id)` as the
 * name of a process. The table is read directly by its callers, not through the mailbox, and a key is free before anybody
 * hears of the end of its process (PROC-029). As in Elixir, it is linked with who is registered: if it crashes, they go, too.
 */
export class Registry extends GenServer {
  readonly #holders = new Map<unknown, Process>();

  override init(options: RegistryOptions): void {
    checkOneOf('keys', options?.keys, ['unique']);
    this.self.trapExit(true);
  }

  /** The exits of those who are registered; their keys were given back before. */
  override handleInfo(): void {}

  /** Keys are compared by identity, as in a Map. */
  holder(key: unknown): Process | undefined {
    return this.#holders.get(key);
  }

  /** Who holds which key, live. */
  get table(): ReadonlyMap<unknown, Process> {
    return this.#holders;
  }

  /** Gives the key to the process, or returns who holds it. */
  claim(key: unknown, process: Process): NameClaim | Process {
    const holder = this.#holders.get(key);
    if (holder !== undefined) return holder;
    const own = this.self[inside].process;
    this.#holders.set(key, process);
    link(own, process);
    return {
      release: () => {
        this.#holders.delete(key);
        unlink(own, process); // its end is no news any more
      },
    };
  }
}
