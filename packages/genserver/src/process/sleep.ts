import type { Milliseconds } from '../runtime/clock.js';
import { ExitError } from './exit.js';
import { endWithReason, ExitReason } from './exit-reason.js';
import type { Process } from './process.js';

/** Resolves after `delayMs`; rejects as soon as the process ends, so that what an abandoned handler would do next is left undone. */
export function sleep(process: Process, delayMs: Milliseconds): Promise<void> {
  const slept = new Promise<void>((resolve, reject) => {
    if (process.status === 'ended') return reject(endOf(process));
    if (delayMs === 0) return resolve();
    const { clock } = process.host;
    const timers = (process.timers ??= new Set());
    const timer = delayMs === Infinity ? undefined : clock.setTimer(delayMs, () => (timers.delete(own), resolve()));
    const own = { cancel: () => (timer?.cancel(), timers.delete(own), reject(endOf(process))) };
    timers.add(own);
  });
  slept.catch(() => undefined); // one that nobody awaits is no unhandled rejection: its process has ended, and that is known
  return slept;
}

function endOf({ label, exitReason = ExitReason.killed }: Process): ExitError {
  return new ExitError(exitReason, `${label} has ended: ${endWithReason(exitReason)} Its handler need not go on.`);
}
