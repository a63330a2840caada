import { show } from './result.js';

/** Base of every error this package raises. `code` is stable and safe to switch on; `message` is for people. */
export abstract class HealthCheckError extends Error {
  abstract readonly code: `ERR_HEALTH_CHECK_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option or argument has the wrong type or range. Nothing was changed. */
export class HealthOptionError extends HealthCheckError {
  readonly code = 'ERR_HEALTH_CHECK_INVALID_OPTION';

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

/** Two checks with one name: the result of one would hide that of the other. Nothing was changed. */
export class DuplicateCheckError extends HealthCheckError {
  readonly code = 'ERR_HEALTH_CHECK_DUPLICATE';

  constructor(readonly check: string) {
    super(`There is a check named ${show(check)} already. Give this one another name, or remove the other one first.`);
  }
}

/** There is no check, or no group, of this name. */
export class UnknownNameError extends HealthCheckError {
  readonly code = 'ERR_HEALTH_CHECK_UNKNOWN_NAME';

  constructor(
    readonly kind: 'check' | 'group',
    readonly given: string,
    readonly known: readonly string[],
  ) {
    super(`There is no ${kind} named ${show(given)}. There are: ${known.join(', ') || 'none'}.`);
  }
}

/** The health check is closed, or its process has ended. Running checks get it as the reason of their signal. */
export class HealthClosedError extends HealthCheckError {
  readonly code = 'ERR_HEALTH_CHECK_CLOSED';

  constructor(
    readonly health: string,
    readonly request: string,
  ) {
    super(`Cannot ${request}: ${health} is closed. If it is supervised, ask again through a ref by name.`);
    // A stack that nobody has read holds on to the objects it went through: to what is closed, as long as a check keeps its signal.
    void this.stack;
  }
}

/** The time of a run is over: what its signal fires with. */
export class CheckTimeoutError extends HealthCheckError {
  readonly code = 'ERR_HEALTH_CHECK_TIMEOUT';

  constructor(
    readonly check: string,
    readonly timeoutMs: number,
  ) {
    super(
      `The check ${show(check)} took longer than ${timeoutMs} ms. Pass its signal on to what it waits for, make it do less, ` +
        'or give it a larger timeoutMs.',
    );
  }
}
