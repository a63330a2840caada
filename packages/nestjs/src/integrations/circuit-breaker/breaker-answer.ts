import { HttpStatus } from '@nestjs/common';
import { BulkheadFullError, CallRejectedError, CallTimedOutError } from '@rookery/circuit-breaker';
import type { ClientAnswer } from '../../filters/answering-filter.js';

/** A place may be free at any moment: the shortest time that Retry-After can say. */
const BULKHEAD_RETRY_SECONDS = 1;

/** Undefined for errors that are not of a breaker. The message does not name it: clients need not know what stands behind a server. */
export function answerOf(error: unknown): ClientAnswer | undefined {
  if (error instanceof CallTimedOutError) {
    return {
      statusCode: HttpStatus.GATEWAY_TIMEOUT,
      error: 'Gateway Timeout',
      message: 'A service that this one needs did not answer in time.',
      code: error.code,
      retryAfterSeconds: undefined,
    };
  }
  if (!(error instanceof CallRejectedError)) return undefined;
  return {
    statusCode: HttpStatus.SERVICE_UNAVAILABLE,
    error: 'Service Unavailable',
    message: 'A service that this one needs is not available now.',
    code: error.code,
    retryAfterSeconds: error instanceof BulkheadFullError ? BULKHEAD_RETRY_SECONDS : secondsOf(error.retryAfterMs),
  };
}

/** Rounded up, so that who obeys does not come too early. */
function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(1, Math.ceil(ms / 1000));
}
