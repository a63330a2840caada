import { checkOneOf } from '../checks.js';
import { InvalidOptionError } from '../errors.js';

/** Whether a key belongs to one process at a time, or to any number, also several times to the same. */
export type RegistryKeys = 'unique' | 'duplicate';

/** How a registry is started. */
export interface RegistryOptions {
  /** `unique`: one process for each key, so that a key can be a name. `duplicate`: any number, as for topics (REG-002). */
  readonly keys: RegistryKeys;
  /**
   * Names of processes that get `Registered` and `Unregistered` messages. They may be started later; who is not there
   * misses the news, which is counted as a dead letter. Default none (REG-037 to REG-040).
   */
  readonly listeners?: readonly (string | symbol)[];
  /** Metadata of the registry itself, to begin with. Default none (REG-041). */
  readonly meta?: Readonly<Record<string | symbol, unknown>>;
}

/** Refuses what makes no sense (REG-001). */
export function checkRegistryOptions(options: RegistryOptions): void {
  const { keys, listeners = [], meta = {} } = (options ?? {}) as Partial<RegistryOptions>;
  checkOneOf('keys', keys, ['unique', 'duplicate']);
  if (!Array.isArray(listeners)) throw new InvalidOptionError('listeners', 'an array of names', listeners);
  for (const name of listeners as readonly unknown[]) checkListener(name);
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta))
    throw new InvalidOptionError('meta', 'an object', meta);
}

/** A key of a registry is no name for a listener: it could be one of this very registry. */
function checkListener(name: unknown): void {
  if (typeof name === 'symbol' || (typeof name === 'string' && name !== '')) return;
  throw new InvalidOptionError('listeners', 'names: non-empty strings or symbols', name);
}
