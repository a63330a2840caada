import { BreakerOptionError } from '@rookery/circuit-breaker';

/** Base of the errors of `@rookery/nestjs/circuit-breaker`. `code` is stable; `message` says where, and what to do. */
export abstract class NestBreakerError extends Error {
  abstract readonly code: `ERR_NEST_CIRCUIT_BREAKER_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** A breaker, a registry or a `@CircuitBreaker` method was declared in a way that makes no sense. Raised while the application is put together. */
export class BreakerSetupError extends NestBreakerError {
  readonly code = 'ERR_NEST_CIRCUIT_BREAKER_SETUP';

  constructor(
    /** What was declared: `CircuitBreakerModule.forRoot, breaker "payments"`, `@CircuitBreaker on Payments.charge`. */
    readonly where: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: ${problem}`, options);
  }
}

/** Says where, when what is done refuses an option. */
export function inSetup<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof BreakerOptionError) throw new BreakerSetupError(where, error.message, { cause: error });
    throw error;
  }
}
