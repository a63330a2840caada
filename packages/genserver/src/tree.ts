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
  const trees: TreeNode[] = [];
  // A list of what is still to be looked at, not one call inside the other: a chain can be longer than the stack.
  const open: Open[] = [{ places: processes.filter(isRoot).map(running), into: trees }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const place of next.places) {
      const children: TreeNode[] = [];
      next.into.push(nodeOf(place, children));
      open.push({ places: below(place, linked), into: children });
    }
  }
  return trees;
}

/** The trees as text, for logs and terminals. */
export function formatTree(nodes: readonly TreeNode[], indent = ''): string {
  const lines: string[] = [];
  const open = linesOf(nodes, indent);
  for (let line = open.pop(); line !== undefined; line = open.pop()) {
    const { node, isLast } = line;
    lines.push(`${line.indent}${isLast ? '└─' : '├─'} ${formatNode(node)}`);
    for (const next of linesOf(node.children, `${line.indent}${isLast ? '   ' : '│  '}`)) open.push(next);
  }
  return lines.join('\n');
}

/** Whose nodes are to be made, and where they belong. */
interface Open {
  readonly places: readonly Place[];
  readonly into: TreeNode[];
}

interface Line {
  readonly node: TreeNode;
  readonly indent: string;
  readonly isLast: boolean;
}

/** The last one first, as the next one is taken from the end. */
function linesOf(nodes: readonly TreeNode[], indent: string): Line[] {
  return nodes.map((node, index) => ({ node, indent, isLast: index === nodes.length - 1 })).toReversed();
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

function nodeOf({ process, ...place }: Place, children: readonly TreeNode[]): TreeNode {
  const instance = instanceOf(process);
  const common = { ...place, pid: process?.pid };
  if (instance instanceof Supervisor) return { ...common, kind: 'supervisor', strategy: instance.strategy, children };
  if (instance instanceof BaseSupervisor)
    return { ...common, kind: 'dynamic_supervisor', strategy: 'one_for_one', children };
  return { ...common, kind: 'worker', children };
}

function below({ process }: Place, linked: ByParent): readonly Place[] {
  const instance = instanceOf(process);
  if (instance instanceof BaseSupervisor) return Array.from(instance.children, placeOf);
  return process === undefined ? [] : (linked.get(process) ?? []).map(running);
}

function instanceOf(process: Process | undefined): object | undefined {
  return process?.behaviour instanceof ServerBehaviour ? process.behaviour.instance : undefined;
}

function placeOf({ process, state, label, restarts, restartInMs }: Child): Place {
  const place = { process, state, name: process?.label ?? label, restarts };
  return restartInMs === undefined ? place : { ...place, restartInMs };
}

function formatNode(node: TreeNode): string {
  const facts = [
    node.kind === 'worker' ? [] : [node.kind === 'supervisor' ? node.strategy : 'dynamic'],
    node.state === 'running' ? [] : [stateOf(node)],
    node.restarts === 0 ? [] : [`${node.restarts} ${node.restarts === 1 ? 'restart' : 'restarts'}`],
  ].flat();
  return `${node.name}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function stateOf({ state, restartInMs }: TreeNode): string {
  return restartInMs === undefined ? state : `${state} in ${restartInMs} ms`;
}
