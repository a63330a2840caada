import { ServerBehaviour } from '../gen-server/dispatch.js';
import { type ExitReason, isAbnormal } from '../process/exit-reason.js';
import type { Pid } from '../process/pid.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { BaseSupervisor } from './base-supervisor.js';
import type { Child } from './child.js';
import { Supervisor } from './supervisor.js';

/** A child that should run and does not. */
export interface DownChild {
  /** Its id, as text. */
  readonly child: string;
  /** `restarting`: between two tries; `stopped`: a start that was asked for has failed, and nobody tries again. */
  readonly state: 'restarting' | 'stopped';
  /** Milliseconds until its restart, while a back-off puts that off. */
  readonly restartInMs: Milliseconds | undefined;
  /** What it died of, or why it did not start. */
  readonly reason: ExitReason | undefined;
}

/** A supervisor as it is now, and how close it is to giving up. A copy. */
export interface SupervisorView {
  readonly pid: Pid;
  /** Its name, or its class and pid. */
  readonly name: string;
  readonly kind: 'supervisor' | 'dynamic_supervisor';
  /** Restarts within the last `withinMs`. One more than `maxRestarts` and it gives up. */
  readonly restarts: number;
  readonly maxRestarts: number;
  readonly withinMs: Milliseconds;
  /** How many it knows, running or not. */
  readonly children: number;
  /** Without those that were stopped on purpose, or ended as they may. */
  readonly down: readonly DownChild[];
}

/** One after another; each as it is when it is asked for. */
export function* supervisorsOf(kernel: Kernel): IterableIterator<SupervisorView> {
  for (const process of kernel.processes.values()) {
    const instance = process.behaviour instanceof ServerBehaviour ? process.behaviour.instance : undefined;
    if (!(instance instanceof BaseSupervisor)) continue;
    const { children, down } = look(instance);
    yield {
      pid: process.pid,
      name: process.label,
      kind: instance instanceof Supervisor ? 'supervisor' : 'dynamic_supervisor',
      ...instance.intensity.at(kernel.clock.now()),
      children,
      down,
    };
  }
}

function look(supervisor: BaseSupervisor): Pick<SupervisorView, 'children' | 'down'> {
  const down: DownChild[] = [];
  let children = 0;
  for (const child of supervisor.children) {
    children++;
    if (isDown(child)) down.push(downChildOf(child));
  }
  return { children, down };
}

/** Who runs has no reason to be down; nor has who was stopped, or said ignore. */
function isDown({ state, downReason }: Child): boolean {
  return state === 'restarting' || (state === 'stopped' && downReason !== undefined && isAbnormal(downReason));
}

function downChildOf({ label, state, restartInMs, downReason }: Child): DownChild {
  return {
    child: label,
    state: state === 'restarting' ? 'restarting' : 'stopped',
    restartInMs,
    reason: downReason,
  };
}
