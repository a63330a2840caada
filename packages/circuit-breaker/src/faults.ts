import type { Clock } from '@rookery/genserver';
import type { CallContext } from './call-context.js';
import { checkChance, checkDuration, checkFunction, checkObject, checkRate } from './checks.js';
import { InjectedFaultError } from './errors.js';
import type { FaultOptions } from './options.js';

/** Calls that fail on purpose, instead of their function, as if the dependency had failed. */
export class Faults {
  readonly #options: FaultOptions;
  readonly #label: string;
  readonly #clock: Clock;
  readonly #random: () => number;

  /** Throws a BreakerOptionError for options that make no sense. */
  constructor(options: FaultOptions, label: string, { clock, random }: { clock: Clock; random: () => number }) {
    checkObject('faults', options);
    if (options.rate !== undefined) checkRate('rate', options.rate);
    if (options.delayMs !== undefined) checkDuration('delayMs', options.delayMs);
    if (options.error !== undefined) checkFunction('error', options.error);
    this.#options = options;
    this.#label = label;
    this.#clock = clock;
    this.#random = random;
  }

  /** The function itself, or a fault in its place. */
  instead<F>(fn: F): F | ((context: CallContext) => Promise<never>) {
    const { rate = 1 } = this.#options;
    return checkChance(this.#random()) < rate ? (context: CallContext) => this.#fail(context.signal) : fn;
  }

  #fail(signal: AbortSignal): Promise<never> {
    const { delayMs = 0 } = this.#options;
    if (delayMs === 0) return Promise.reject(this.#makeError());
    return new Promise((_, reject) => {
      const timer = delayMs === Infinity ? undefined : this.#clock.setTimer(delayMs, () => end(this.#makeError()));
      const onAbort = (): void => end(signal.reason);
      const end = (reason: unknown): void => {
        timer?.cancel();
        signal.removeEventListener('abort', onAbort);
        reject(reason);
      };
      signal.addEventListener('abort', onAbort);
    });
  }

  /** Who throws it, and does not give it, means the same. */
  #makeError(): unknown {
    try {
      return this.#options.error === undefined ? new InjectedFaultError(this.#label) : this.#options.error();
    } catch (error) {
      return error;
    }
  }
}
