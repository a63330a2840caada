import { Inject } from '@nestjs/common';
import { PoolSetupError } from './errors.js';

/** The injection token of a pool: for `inject` lists of factories, and for `overrideProvider` in tests. */
export function getPoolToken(name: string): string {
  if (typeof name !== 'string' || name === '') {
    throw new PoolSetupError('getPoolToken', 'the name of a pool must be a non-empty string.');
  }
  // Nest prints this when it cannot resolve the token.
  return `WorkerPool "${name}" (of WorkerPoolModule.forRoot, or of a forFeature that this module imports)`;
}

/** Injects a pool: a `Pool`, or for one with threads a `Pool<ThreadsOf<typeof hash>>`. */
export function InjectPool(name: string): ParameterDecorator & PropertyDecorator {
  return Inject(getPoolToken(name));
}
