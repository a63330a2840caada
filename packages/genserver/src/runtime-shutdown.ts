import { CallCycleError } from './errors.js';
import { requestStop } from './gen-server/call.js';
import { findCallCycle } from './gen-server/call-cycle.js';
import { ExitReason } from './process/exit-reason.js';
import type { Process } from './process/process.js';
import type { Milliseconds } from './runtime/clock.js';
import type { Kernel } from './runtime/kernel.js';
import { isRoot } from './tree.js';

/** How a shutdown went. */
export interface ShutdownReport {
  /** Who had to be killed because time was up. */
  readonly killed: readonly string[];
}

/** Stops what nobody supervises, the last started first; at the deadline, kills the rest (APP-015, APP-021). */
export async function shutDownRuntime(kernel: Kernel, timeoutMs: Milliseconds): Promise<ShutdownReport> {
  const killed: string[] = [];
  let isLate = false;
  const killAll = (): void => {
    isLate = kernel.isClosing = true;
    killed.push(...killEach(kernel));
  };
  refuseCycle(kernel, rootsOf(kernel));
  kernel.shutdowns++;
  const timer = timeoutMs === Infinity ? undefined : kernel.clock.setTimer(timeoutMs, killAll);
  try {
    // Again and again: while the last ones stop, others may be started.
    for (let roots = rootsOf(kernel); roots.length > 0; roots = rootsOf(kernel)) {
      if (isLate) killAll();
      else for (const root of roots) await stopRoot(kernel, root);
    }
  } finally {
    timer?.cancel();
    kernel.shutdowns--;
    kernel.close();
  }
  return { killed };
}

function rootsOf(kernel: Kernel): readonly Process[] {
  return [...kernel.processes.values()].filter(isRoot).toReversed();
}

function killEach(kernel: Kernel): readonly string[] {
  const killed: string[] = [];
  for (const process of [...kernel.processes.values()].toReversed()) {
    if (process.status === 'ended') continue; // it went with one that was killed before
    killed.push(process.label);
    process.kill();
  }
  return killed;
}

/** A handler that waits for its own tree to stop would wait for ever: refused before anything is stopped. */
export function refuseCycle(kernel: Kernel, roots: readonly Process[]): void {
  const caller = kernel.currentProcess;
  if (caller === undefined) return;
  for (const root of roots) {
    const cycle = findCallCycle(caller, root);
    if (cycle !== undefined) throw new CallCycleError(cycle, 'shutdown');
  }
}

/** Resolves when it is gone. Rejects only with a CallCycleError. */
export function stopRoot(kernel: Kernel, root: Process): Promise<void> {
  return new Promise((resolve, reject) => {
    if (root.status === 'ended') return resolve();
    (root.watchers ??= new Set()).add({ exited: () => resolve() });
    const how = { name: 'shutdown', timeoutMs: Infinity, urgent: false };
    requestStop(kernel, root, root.label, ExitReason.shutdown, how).catch((error: unknown) => {
      // Otherwise it ended with another reason, or the handler that asked for the shutdown ran out of time: both were
      // reported, and this waits until the root is gone, which is all that counts here.
      if (error instanceof CallCycleError) reject(error);
    });
  });
}
