import { PoolOptionError } from '@rookery/worker-pool';

/** Base of the errors of `@rookery/nestjs/worker-pool`. `code` is stable; `message` says where, and what to do. */
export abstract class NestPoolError extends Error {
  abstract readonly code: `ERR_NEST_WORKER_POOL_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** A pool or an `@InPool` method was declared in a way that makes no sense, or a pool could not start. Raised while the application is put together. */
export class PoolSetupError extends NestPoolError {
  readonly code = 'ERR_NEST_WORKER_POOL_SETUP';

  constructor(
    /** What was declared: `WorkerPoolModule.forRoot, pool "reports"`, `@InPool on Reports.render`. */
    readonly where: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: ${problem}`, options);
  }
}

/** The `key` or the `priority` of an `@InPool` method gave a promise, which is never the same twice and no number. The method did not run. */
export class PoolArgumentError extends NestPoolError {
  readonly code = 'ERR_NEST_WORKER_POOL_ARGUMENT';

  constructor(
    /** `Reports.render` */
    readonly method: string,
    readonly option: 'key' | 'priority',
  ) {
    super(`\`${option}\` of @InPool ${method} gave a promise. It must give its value at once, made of the arguments.`);
  }
}

/** Says where, when what is done refuses an option. */
export function inSetup<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof PoolOptionError) throw new PoolSetupError(where, error.message, { cause: error });
    throw error;
  }
}
