import { InvalidOptionError } from '@rookery/genserver';
import type { SupervisionOptions } from './supervision-options.js';

/** Refuses options that make no sense before anything is made of them. */
export function checkSupervisionOptions(options: SupervisionOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', '{ root: a class decorated with @Supervisor, … }', options);
  }
  const { root, shutdownTimeoutMs, onGiveUp } = options;
  if (typeof root !== 'function') throw new InvalidOptionError('root', 'a class decorated with @Supervisor', root);
  if (shutdownTimeoutMs !== undefined && !(Number.isFinite(shutdownTimeoutMs) && shutdownTimeoutMs >= 0)) {
    throw new InvalidOptionError('shutdownTimeoutMs', 'a finite number of milliseconds >= 0', shutdownTimeoutMs);
  }
  if (onGiveUp !== undefined && typeof onGiveUp !== 'function') {
    throw new InvalidOptionError('onGiveUp', 'a function', onGiveUp);
  }
}
