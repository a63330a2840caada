import { child, type ChildDefaults, type ChildId, type ChildSpec, type Name } from '@rookery/genserver';
import { checkBoolean, checkObject } from './checks.js';
import { CircuitBreakerRef } from './circuit-breaker-ref.js';
import { CircuitBreakerServer } from './circuit-breaker-server.js';
import { BreakerOptionError } from './errors.js';
import { KeptLives } from './kept-life.js';
import { type CircuitBreakerOptions, completeOptions } from './options.js';

/** A breaker as a child. Its clock and its chance are the runtime's. */
export interface CircuitBreakerChildOptions
  extends
    Omit<CircuitBreakerOptions, 'clock' | 'random'>,
    Pick<ChildDefaults, 'restart' | 'shutdownMs' | 'significant' | 'backoff'> {
  /** By which refs find it, over restarts. */
  readonly name?: Name;
  /** Default: the name, or the class of the server. */
  readonly id?: ChildId;
  /** Whether a restart goes on with what it knew, by the time that has passed. Needs a name. Default false: it begins closed. */
  readonly keepState?: boolean;
}

/** How to start a breaker, for a supervisor or `runtime.start`: `permanent`, unless said otherwise. */
export function childSpec(options: CircuitBreakerChildOptions = {}): ChildSpec<CircuitBreakerRef> {
  checkObject('options', options);
  const { name, id, restart, shutdownMs, significant, backoff, keepState = false, ...breakerOptions } = options;
  completeOptions(breakerOptions); // so that what makes no sense is refused here, not at the start
  checkBoolean('keepState', keepState);
  if (keepState && name === undefined)
    throw new BreakerOptionError('keepState', 'given together with a name', keepState);
  const spec = child(CircuitBreakerServer, {
    args: [breakerOptions, new KeptLives(name !== undefined, keepState)],
    ...defined({ name, id, restart, shutdownMs, significant, backoff }),
  });
  return { ...spec, toRef: (kernel, target) => new CircuitBreakerRef(spec.toRef(kernel, target)) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
