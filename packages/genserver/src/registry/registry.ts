import { GenServer } from '../gen-server/gen-server.js';
import { inside } from '../gen-server/inside.js';
import { Book } from './book.js';
import { checkRegistryOptions, type RegistryOptions } from './options.js';

/** Where a running registry keeps its book. A symbol, so that it is not one of its messages. */
export const book: unique symbol = Symbol('rookery.registry');

/**
 * Finds processes by key: names with unique keys, topics with duplicate ones. Start it as `registry({ name, keys })` or
 * `child(Registry, { args: [{ keys }], name })`, use it as `via('games', id)` and by `runtime.registry('games')`. What it
 * knows is read directly by its callers, not through its mailbox, and an entry goes before anybody hears of the end of its
 * process (PROC-029). As in Elixir, it is linked with who is registered: if it crashes, they go, too (REG-019).
 */
export class Registry extends GenServer {
  declare [book]: Book;

  override init(options: RegistryOptions): void {
    checkRegistryOptions(options);
    const { kernel, process } = this.self[inside];
    const own = new Book(kernel, process, options);
    this[book] = own;
    (process.watchers ??= new Set()).add({ exited: () => own.close() });
    this.self.trapExit(true);
  }

  /** The exits of those who are linked; what they had registered went before. */
  override handleInfo(): void {}

  /** Its table is known to this one instance. */
  override codeChange(): never {
    throw new TypeError('A registry cannot be replaced while it runs: its keys would be lost. Restart it.');
  }
}
