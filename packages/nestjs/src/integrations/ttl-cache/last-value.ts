import type { Observable } from 'rxjs';

/** The last value, undefined if there is none. When the signal fires it unsubscribes, and rejects with the reason. */
export function lastValue(source: Observable<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let last: unknown;
    const stop = (): void => {
      subscription.unsubscribe();
      reject(signal.reason as Error);
    };
    const ended = (): void => signal.removeEventListener('abort', stop);
    const subscription = source.subscribe({
      next: (value) => (last = value),
      error: (error: unknown) => {
        ended();
        reject(error);
      },
      complete: () => {
        ended();
        resolve(last);
      },
    });
    if (signal.aborted) stop();
    else if (!subscription.closed) signal.addEventListener('abort', stop, { once: true });
  });
}
