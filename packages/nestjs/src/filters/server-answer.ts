import { HttpException, HttpStatus } from '@nestjs/common';
import {
  CallAbortedError,
  CallTimeoutError,
  ChildError,
  type GenServerError,
  NoPartitionsError,
  NoProcessError,
  OverloadedError,
  ProcessExitedError,
  TaskAbortedError,
  TaskExitedError,
  TaskTimeoutError,
} from '@rookery/genserver';
import type { ClientAnswer } from './answering-filter.js';

/** A mailbox may have room at any moment: the shortest time that Retry-After can say. */
const RETRY_SECONDS = 1;

/** Undefined for errors that are bugs of the application, and for those of others. No message names a server. */
export function answerOf(error: unknown): ClientAnswer | undefined {
  if (error instanceof OverloadedError) return { ...busy(error), retryAfterSeconds: RETRY_SECONDS };
  if (error instanceof ChildError) return error.kind === 'max_children' ? busy(error) : undefined;
  if (error instanceof NoProcessError || error instanceof NoPartitionsError) return gone(error);
  if (error instanceof CallTimeoutError || error instanceof TaskTimeoutError) return late(error);
  if (error instanceof CallAbortedError || error instanceof TaskAbortedError) {
    return isTimeout(error.cause) ? late(error) : unavailable(error, 'The request was given up.');
  }
  // Who is told 503 tries again, and proxies do so by themselves: that is wrong for a request that may be what the server died of.
  if (!(error instanceof ProcessExitedError || error instanceof TaskExitedError)) return undefined;
  return error.reason.kind === 'error' ? failed(error) : gone(error);
}

/** What the caller of a request that was aborted gave as the reason, if that is an answer. */
export function abortReasonOf(error: unknown): HttpException | undefined {
  const isAborted = error instanceof CallAbortedError || error instanceof TaskAbortedError;
  return isAborted && error.cause instanceof HttpException ? error.cause : undefined;
}

function busy(error: GenServerError): ClientAnswer {
  return unavailable(error, 'The service has too much to do at the moment.');
}

function gone(error: GenServerError): ClientAnswer {
  return unavailable(error, 'The service is not available at the moment.');
}

function unavailable({ code }: GenServerError, message: string): ClientAnswer {
  const statusCode = HttpStatus.SERVICE_UNAVAILABLE;
  return { statusCode, error: 'Service Unavailable', message, code, retryAfterSeconds: undefined };
}

function late({ code }: GenServerError): ClientAnswer {
  const message = 'The request took too long.';
  const statusCode = HttpStatus.GATEWAY_TIMEOUT;
  return { statusCode, error: 'Gateway Timeout', message, code, retryAfterSeconds: undefined };
}

function failed({ code }: GenServerError): ClientAnswer {
  const message = 'The request could not be carried out.';
  const statusCode = HttpStatus.INTERNAL_SERVER_ERROR;
  return { statusCode, error: 'Internal Server Error', message, code, retryAfterSeconds: undefined };
}

/** As `AbortSignal.timeout` gives it. */
function isTimeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'TimeoutError';
}
