import { HttpException, HttpStatus } from '@nestjs/common';
import type { Outcome } from '@rookery/circuit-breaker';

/** What a client is told that is not its fault: the dependency is slow, or wants fewer calls. */
const OVERLOADED: ReadonlySet<number> = new Set([HttpStatus.REQUEST_TIMEOUT, HttpStatus.TOO_MANY_REQUESTS]);

/**
 * How errors count in breakers of the module that have no `classifyError`. An HttpException below 500, a NotFoundException say, is an answer to who asked, and
 * says nothing about the dependency: `ignore`. All else is a failure, 408 and 429, too.
 */
export function classifyHttpException(error: unknown): Outcome {
  if (!(error instanceof HttpException)) return 'failure';
  const status = error.getStatus();
  return status < 500 && !OVERLOADED.has(status) ? 'ignore' : 'failure';
}
