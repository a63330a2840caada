import { HealthCheckError } from '@rookery/health-check';

/** Base of the errors of `@rookery/nestjs/health`. `code` is stable; `message` says where, and what to do. */
export abstract class NestHealthError extends Error {
  abstract readonly code: `ERR_NEST_HEALTH_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** The module, or an indicator, was declared in a way that makes no sense. Raised while the application is put together. */
export class HealthSetupError extends NestHealthError {
  readonly code = 'ERR_NEST_HEALTH_SETUP';

  constructor(
    /** What was declared: `HealthModule.forRoot`, `@HealthIndicator on Database.ping (module AppModule)`. */
    readonly where: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: ${problem}`, options);
  }
}

/** The HealthService was asked before the application has started. */
export class HealthNotStartedError extends NestHealthError {
  readonly code = 'ERR_NEST_HEALTH_NOT_STARTED';

  constructor() {
    super(
      'HealthService was asked before the application has started: its checks begin with `onApplicationBootstrap`, when all ' +
        'modules are there. Ask later.',
    );
  }
}

/** Says where, when what is done refuses an option. */
export function inSetup<T>(where: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof HealthCheckError) throw new HealthSetupError(where, error.message, { cause: error });
    throw error;
  }
}
