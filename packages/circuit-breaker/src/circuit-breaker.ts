import type { ChildSpec, Name, Pid, Runtime } from '@rookery/genserver';
import { childSpec, type CircuitBreakerChildOptions } from './child-spec.js';
import { CircuitBreakerRef } from './circuit-breaker-ref.js';
import { CircuitBreakerServer } from './circuit-breaker-server.js';
import { LocalBreaker } from './local-breaker.js';
import type { CircuitBreakerOptions } from './options.js';
import type { BreakerSnapshot } from './snapshot.js';

/**
 * Stops calling what is down, and tries again as soon as it may. A plain object, in this process: it needs no runtime, and has no
 * timer unless `punctual`.
 */
export class CircuitBreaker extends LocalBreaker {
  /** Throws a BreakerOptionError for options that make no sense. */
  constructor(options: CircuitBreakerOptions = {}) {
    super(options);
  }

  /**
   * The same as a child of a supervisor, for `runtime.start` too. Calls go directly through it all the same, not through a mailbox.
   * Throws a BreakerOptionError for options that make no sense.
   */
  static childSpec(options: CircuitBreakerChildOptions = {}): ChildSpec<CircuitBreakerRef> {
    return childSpec(options);
  }

  /** A supervised breaker by name, which nobody needs to hold yet, or by pid. */
  static ref(runtime: Pick<Runtime, 'ref'>, target: Name | Pid): CircuitBreakerRef {
    return new CircuitBreakerRef(runtime.ref(CircuitBreakerServer, target));
  }

  /**
   * A breaker that goes on with what another one knew, by the time that has passed since: an open time that is over is over,
   * and a window has lost what is too old. Half-open goes on as open with no time left; errors are not saved. With another
   * strategy the count begins anew. Throws a BreakerOptionError for what `toJSON` has not given.
   */
  static fromJSON(snapshot: BreakerSnapshot, options: CircuitBreakerOptions = {}): CircuitBreaker {
    const breaker = new CircuitBreaker(options);
    breaker.restoreSnapshot(snapshot);
    return breaker;
  }
}
