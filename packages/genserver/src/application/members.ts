import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';

/** The living processes of a tree, and those that they started without a supervisor; the last started first. */
export function membersOf(kernel: Kernel, root: Process | undefined): readonly Process[] {
  if (root === undefined) return [];
  return [...kernel.processes.values()].filter((process) => kernel.originOf(process) === root).toReversed();
}

/** Kills them one by one; returns whom: one may go with another that was killed before. */
export function killEach(processes: readonly Process[]): readonly string[] {
  return processes.flatMap((process) => {
    if (process.status === 'ended') return [];
    process.kill();
    return [process.label];
  });
}
