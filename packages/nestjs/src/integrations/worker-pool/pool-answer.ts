import { HttpStatus } from '@nestjs/common';
import {
  PoolFailedError,
  PoolStoppedError,
  QueueFullError,
  QueueTimeoutError,
  RunTimeoutError,
  TaskDroppedError,
  TaskTimeoutError,
} from '@rookery/worker-pool';
import type { ClientAnswer } from '../../filters/answering-filter.js';

/** What there is an answer to. */
export const ANSWERED = [
  QueueFullError,
  TaskDroppedError,
  QueueTimeoutError,
  PoolStoppedError,
  PoolFailedError,
  TaskTimeoutError,
  RunTimeoutError,
] as const;

/** A slot may be free at any moment, and a pool that is started anew is there in an instant: the shortest time that Retry-After can say. */
const RETRY_SECONDS = 1;

/** Undefined for errors that are a task's own, or a bug. */
export function answerOf(error: unknown): ClientAnswer | undefined {
  if (error instanceof TaskTimeoutError || error instanceof RunTimeoutError) {
    return {
      statusCode: HttpStatus.GATEWAY_TIMEOUT,
      error: 'Gateway Timeout',
      message: 'The request took too long.',
      code: error.code,
      retryAfterSeconds: undefined,
    };
  }
  const known = ANSWERED.find((type) => error instanceof type);
  if (known === undefined) return undefined;
  const isGone = error instanceof PoolStoppedError || error instanceof PoolFailedError;
  return {
    statusCode: HttpStatus.SERVICE_UNAVAILABLE,
    error: 'Service Unavailable',
    message: isGone ? 'The service is not available at the moment.' : 'The service has too much to do at the moment.',
    code: (error as InstanceType<typeof known>).code,
    retryAfterSeconds: RETRY_SECONDS,
  };
}
