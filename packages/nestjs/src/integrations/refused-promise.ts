import { isPromise } from 'node:util/types';

/**
 * For what is refused because it is a promise where a value belongs: its caller gets the error that says so. That the promise may reject, too, must not
 * end the process as an unhandled rejection.
 */
export function letGo(refused: unknown): void {
  if (isPromise(refused)) refused.catch(() => undefined);
  else if (Array.isArray(refused)) refused.forEach(letGo);
}
