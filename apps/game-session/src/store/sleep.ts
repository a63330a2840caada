import type { Clock, Milliseconds } from '@rookery/genserver';

/** Waits; not any longer when the signal fires. */
export function sleep(clock: Clock, delayMs: Milliseconds, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimer(delayMs, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
