import { child, type ChildDefaults, type ChildId, type ChildSpec, type Name } from '@rookery/genserver';
import { checkObject } from './checks.js';
import { HealthCheckRef } from './health-check-ref.js';
import { HealthCheckServer } from './health-check-server.js';
import { completeOptions, type HealthCheckOptions } from './options.js';

/** A health check as a child. Its clock is the runtime's. */
export interface HealthCheckChildOptions
  extends Omit<HealthCheckOptions, 'clock'>, Pick<ChildDefaults, 'restart' | 'shutdownMs' | 'significant' | 'backoff'> {
  /** By which refs find it, over restarts. */
  readonly name?: Name;
  /** Default: the name, or the class of the server. */
  readonly id?: ChildId;
}

/** How to start a health check, for a supervisor or `runtime.start`: `permanent`, unless said otherwise. */
export function childSpec(options: HealthCheckChildOptions = {}): ChildSpec<HealthCheckRef> {
  checkObject('options', options);
  const { name, id, restart, shutdownMs, significant, backoff, ...healthOptions } = options;
  completeOptions(healthOptions); // so that what makes no sense is refused here, not at the start
  const spec = child(HealthCheckServer, {
    args: [healthOptions],
    ...defined({ name, id, restart, shutdownMs, significant, backoff }),
  });
  return { ...spec, toRef: (kernel, target) => new HealthCheckRef(spec.toRef(kernel, target), healthOptions) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
