import type { Milliseconds } from '@rookery/genserver';
import type { BreakerStateName } from './breaker-state.js';

/** Base of every error this package raises. `code` is stable and safe to switch on; `message` is for people. */
export abstract class CircuitBreakerError extends Error {
  abstract readonly code: `ERR_CIRCUIT_BREAKER_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option or argument has the wrong type or range. Nothing was called, nothing was changed. */
export class BreakerOptionError extends CircuitBreakerError {
  readonly code = 'ERR_CIRCUIT_BREAKER_INVALID_OPTION';

  constructor(
    /** Name of the option or argument, as the caller wrote it. */
    readonly option: string,
    readonly expected: string,
    /** What came instead. */
    readonly received: unknown,
  ) {
    super(`Expected \`${option}\` to be ${expected}, got \`${show(received)}\`.`);
  }
}

/**
 * The breaker did not make the call. Its subclasses say why. Says nothing about the dependency, so it never counts. Its `stack` is
 * its message alone: taking a real one would be most of what a rejection costs.
 */
export abstract class CallRejectedError extends CircuitBreakerError {
  constructor(
    message: string,
    /** The label of the breaker. */
    readonly breaker: string,
    readonly state: BreakerStateName,
    /** When to try again at the earliest, from now; undefined where nobody can know. What an HTTP server says as Retry-After. */
    readonly retryAfterMs: Milliseconds | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The breaker is open, or half-open with all its probes under way. `cause` is the failure that opened it last, if there was an
 * error. While half-open, `retryAfterMs` is when the first of these probes is overdue, or `callTimeoutMs` of the breaker if that is
 * less; a lease, or a call with a time of its own, may take longer. While forced open it is undefined.
 */
export class CircuitOpenError extends CallRejectedError {
  readonly code = 'ERR_CIRCUIT_BREAKER_OPEN';

  constructor(breaker: string, state: BreakerStateName, retryAfterMs: Milliseconds | undefined, cause: unknown) {
    super(
      openMessage(breaker, state, retryAfterMs),
      breaker,
      state,
      retryAfterMs,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** The bulkhead has no room for this call, or it waited there for too long (`waitedMs`). */
export class BulkheadFullError extends CallRejectedError {
  readonly code = 'ERR_CIRCUIT_BREAKER_BULKHEAD_FULL';

  constructor(
    breaker: string,
    state: BreakerStateName,
    /** 0 if there was no room to wait. */
    readonly waitedMs: Milliseconds,
  ) {
    const why =
      waitedMs > 0 ? `it had no room within ${waitedMs} ms` : 'as many calls as it allows are running and waiting';
    super(
      `${breaker} did not make the call: ${why}. Call less, or give its bulkhead more room.`,
      breaker,
      state,
      undefined,
    );
  }
}

/** The breaker was shut down, or its process has ended or was never there. */
export class BreakerUnavailableError extends CallRejectedError {
  readonly code = 'ERR_CIRCUIT_BREAKER_UNAVAILABLE';

  constructor(breaker: string) {
    super(
      `${breaker} did not make the call: it was shut down, or no breaker has that name now. If it is supervised, look for the ` +
        'name among the children of its supervisor.',
      breaker,
      'open',
      undefined,
    );
  }
}

/** The function did not settle within `callTimeoutMs`. Its signal has fired; what it still gives is dropped. Counts as a failure. */
export class CallTimedOutError extends CircuitBreakerError {
  readonly code = 'ERR_CIRCUIT_BREAKER_CALL_TIMEOUT';

  constructor(
    readonly breaker: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(
      `A call through ${breaker} took longer than ${timeoutMs} ms. Pass the signal on to what the function waits for, or give ` +
        'a larger callTimeoutMs.',
    );
  }
}

/** The caller's own `signal` fired before there was a result. Its reason is the `cause`. Never counts. */
export class CallCancelledError extends CircuitBreakerError {
  readonly code = 'ERR_CIRCUIT_BREAKER_CALL_CANCELLED';

  constructor(
    readonly breaker: string,
    cause: unknown,
  ) {
    super(`A call through ${breaker} was cancelled by its caller.`, { cause });
  }
}

/** The call failed, and then its fallback. Both errors are kept; the first one is also the `cause`. */
export class FallbackFailedError extends CircuitBreakerError {
  readonly code = 'ERR_CIRCUIT_BREAKER_FALLBACK_FAILED';
  /** The call's, then the fallback's, as in an AggregateError. */
  readonly errors: readonly [error: unknown, fallbackError: unknown];

  constructor(
    readonly breaker: string,
    /** Why the fallback was called. */
    readonly error: unknown,
    readonly fallbackError: unknown,
  ) {
    super(`A call through ${breaker} failed, and so did its fallback: see \`error\` and \`fallbackError\`.`, {
      cause: error,
    });
    this.errors = [error, fallbackError];
  }
}

/** A fault that a test asked for with `injectFaults`. */
export class InjectedFaultError extends CircuitBreakerError {
  readonly code = 'ERR_CIRCUIT_BREAKER_INJECTED_FAULT';

  constructor(readonly breaker: string) {
    super(`A fault was injected into ${breaker}: the function was not called. Another call of injectFaults ends that.`);
  }
}

function openMessage(breaker: string, state: BreakerStateName, retryAfterMs: Milliseconds | undefined): string {
  if (state === 'half_open')
    return `${breaker} is half-open: as many calls as it allows are trying whether it works again.`;
  if (retryAfterMs === undefined)
    return `${breaker} is held open: no call is made until someone calls auto() or forceClosed().`;
  return `${breaker} is open: no call is made for another ${Math.ceil(retryAfterMs)} ms.`;
}

/** One line for a value in an error message. */
function show(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
