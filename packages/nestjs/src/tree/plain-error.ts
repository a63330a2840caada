import { GenServerError, ProcessExitedError, StartError, StopFailedError, TaskExitedError } from '@rookery/genserver';
import { SupervisionError } from '../errors.js';

/** Those whose message repeats that of another error. */
const TELLTALES = [StartError, ProcessExitedError, StopFailedError, TaskExitedError] as const;

/** Whether its message says nothing but what this library knows: names and times, nothing of the application's data. */
export function isPlainError(error: unknown): error is GenServerError | SupervisionError {
  const isOurs = error instanceof SupervisionError || error instanceof GenServerError;
  return isOurs && !TELLTALES.some((type) => error instanceof type);
}
