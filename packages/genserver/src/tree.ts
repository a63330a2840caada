import { ServerBehaviour } from './gen-server/dispatch.js';
import type { Pid } from './process/pid.js';
import type { Process } from './process/process.js';
import type { Kernel } from './runtime/kernel.js';
import { BaseSupervisor } from './supervisor/base-supervisor.js';
import type { Child } from './supervisor/child.js';
import { Supervisor } from './supervisor/supervisor.js';
import type { Strategy } from './supervisor/strategy.js';

/** One process of a supervision tree, as it is now, with what is below it. Plain data: it can be sent as JSON. */
export interface TreeNode {
  /** Its name, or its class and pid; for a child that does not run, its id. */
  readonly name: string;
  /** While it runs. */
  readonly pid: Pid | undefined;
  /** What it is; a server of any class is a worker. */
  readonly kind: 'supervisor' | 'dynamic_supervisor' | 'worker';
  /** `restarting`: between two tries; `stopped`: its supervisor knows it and does not run it. */
  readonly state: 'running' | 'restarting' | 'stopped';
  /** Of a supervisor. */
  readonly strategy?: Strategy;
  /** How often its supervisor has started it again. */
  readonly restarts: number;
  /** Milliseconds until its restart, while a back-off puts that off. */
  readonly restartInMs?: number;
  /** In start order; of a dynamic supervisor in the order in which they came; of a worker those it started linked. */
  readonly children: readonly TreeNode[];
}

/** Whether nobody supervises it: it never had a supervisor, or outlives a killed one. */
export function isRoot({ parent }: Process): boolean {
  return parent === undefined || parent.status === 'ended';
}

/** The processes that nobody supervises, each with its tree, in start order. */
export function treesOf(kernel: Kernel): readonly TreeNode[] {
  const processes = [...kernel.processes.values()];
  const linked = byParent(processes);
  return processes.filter(isRoot).map((process) => nodeOf(running(process), linked));
}

/** The trees as text, for logs and terminals. */
export function formatTree(nodes: readonly TreeNode[], indent = ''): string {
  return nodes.map((node, index) => formatNode(node, indent, index === nodes.length - 1)).join('\n');
}

interface Place extends Pick<TreeNode, 'state' | 'name' | 'restarts' | 'restartInMs'> {
  readonly process: Process | undefined;
}

/** Who started whom, linked: what is below a worker. */
type ByParent = ReadonlyMap<Process | undefined, readonly Process[]>;

function byParent(processes: readonly Process[]): ByParent {
  const found = new Map<Process | undefined, Process[]>();
  for (const process of processes) {
    const siblings = found.get(process.parent);
    if (siblings === undefined) found.set(process.parent, [process]);
    else siblings.push(process);
  }
  return found;
}

function running(process: Process): Place {
  return { process, state: 'running', name: process.label, restarts: 0 };
}

function nodeOf({ process, ...place }: Place, linked: ByParent): TreeNode {
  const instance = process?.behaviour instanceof ServerBehaviour ? process.behaviour.instance : undefined;
  const common = { ...place, pid: process?.pid };
  if (!(instance instanceof BaseSupervisor)) {
    const below = process === undefined ? [] : (linked.get(process) ?? []);
    return { ...common, kind: 'worker', children: below.map((one) => nodeOf(running(one), linked)) };
  }
  const children = Array.from(instance.children, (child) => nodeOf(placeOf(child), linked));
  if (!(instance instanceof Supervisor))
    return { ...common, kind: 'dynamic_supervisor', strategy: 'one_for_one', children };
  return { ...common, kind: 'supervisor', strategy: instance.strategy, children };
}

function placeOf({ process, state, label, restarts, restartInMs }: Child): Place {
  const place = { process, state, name: process?.label ?? label, restarts };
  return restartInMs === undefined ? place : { ...place, restartInMs };
}

function formatNode(node: TreeNode, indent: string, isLast: boolean): string {
  const facts = [
    node.kind === 'worker' ? [] : [node.kind === 'supervisor' ? node.strategy : 'dynamic'],
    node.state === 'running' ? [] : [stateOf(node)],
    node.restarts === 0 ? [] : [`${node.restarts} ${node.restarts === 1 ? 'restart' : 'restarts'}`],
  ].flat();
  const line = `${indent}${isLast ? '└─' : '├─'} ${node.name}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
  return [
    line,
    ...(node.children.length === 0 ? [] : [formatTree(node.children, `${indent}${isLast ? '   ' : '│  '}`)]),
  ].join('\n');
}

function stateOf({ state, restartInMs }: TreeNode): string {
  return restartInMs === undefined ? state : `${state} in ${restartInMs} ms`;
}
