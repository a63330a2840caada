import { CallCycleError } from './errors.js';
import { request } from './gen-server/call.js';
import { ExitReason } from './process/exit-reason.js';
import type { Process } from './process/process.js';
import type { Milliseconds } from './runtime/clock.js';
import type { Kernel } from './runtime/kernel.js';

/** How a shutdown went. */
export interface ShutdownReport {
  /** Who had to be killed because time was up. */
  readonly killed: readonly string[];
}

/** Stops what nobody supervises, the last started first; at the deadline, kills the rest (APP-015, APP-021). */
export async function shutDownRuntime(kernel: Kernel, timeoutMs: Milliseconds): Promise<ShutdownReport> {
  const killed: string[] = [];
  const killAll = (): void => {
    for (const process of [...kernel.processes.values()].toReversed()) {
      if (process.status === 'ended') continue; // it went with one that was killed before
      killed.push(process.label);
      process.kill();
    }
  };
  const timer = timeoutMs === Infinity ? undefined : kernel.clock.setTimer(timeoutMs, killAll);
  try {
    for (let root = lastRoot(kernel); root !== undefined; root = lastRoot(kernel)) await stopRoot(kernel, root);
  } finally {
    timer?.cancel();
    kernel.deadlines.close();
  }
  return { killed };
}

function lastRoot(kernel: Kernel): Process | undefined {
  return [...kernel.processes.values()].findLast(({ parent }) => parent === undefined || parent.status === 'ended');
}

function stopRoot(kernel: Kernel, root: Process): Promise<void> {
  return new Promise((resolve, reject) => {
    (root.watchers ??= new Set()).add({ exited: () => resolve() });
    const what = {
      kind: 'stop',
      name: 'shutdown',
      payload: ExitReason.shutdown,
      timeoutMs: Infinity,
      signal: undefined,
    } as const;
    request(kernel, root, root.label, what).catch((error: unknown) => {
      // That it ended with another reason was reported as an event, and it is gone, which is all that counts here.
      if (error instanceof CallCycleError) reject(error);
    });
  });
}
