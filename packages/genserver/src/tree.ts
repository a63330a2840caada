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
  /** In start order; of a dynamic supervisor in the order in which they came. */
  readonly children: readonly TreeNode[];
}

/** Whether nobody supervises it: it never had a supervisor, or outlives a killed one. */
export function isRoot({ parent }: Process): boolean {
  return parent === undefined || parent.status === 'ended';
}

/** The processes that nobody supervises, each with its tree, in start order. */
export function treesOf(kernel: Kernel): readonly TreeNode[] {
  const roots = [...kernel.processes.values()].filter(isRoot);
  return roots.map((process) => nodeOf(process, 'running', process.label, 0));
}

/** The trees as text, for logs and terminals. */
export function formatTree(nodes: readonly TreeNode[], indent = ''): string {
  return nodes.map((node, index) => formatNode(node, indent, index === nodes.length - 1)).join('\n');
}

function nodeOf(process: Process | undefined, state: TreeNode['state'], name: string, restarts: number): TreeNode {
  const instance = process?.behaviour instanceof ServerBehaviour ? process.behaviour.instance : undefined;
  const common = { name, pid: process?.pid, state, restarts };
  if (!(instance instanceof BaseSupervisor)) return { ...common, kind: 'worker', children: [] };
  const children = Array.from(instance.children, childNode);
  if (!(instance instanceof Supervisor))
    return { ...common, kind: 'dynamic_supervisor', strategy: 'one_for_one', children };
  return { ...common, kind: 'supervisor', strategy: instance.strategy, children };
}

function childNode(child: Child): TreeNode {
  return nodeOf(child.process, child.state, child.process?.label ?? child.label, child.restarts);
}

function formatNode(node: TreeNode, indent: string, isLast: boolean): string {
  const facts = [
    node.kind === 'worker' ? [] : [node.kind === 'supervisor' ? node.strategy : 'dynamic'],
    node.state === 'running' ? [] : [node.state],
    node.restarts === 0 ? [] : [`${node.restarts} ${node.restarts === 1 ? 'restart' : 'restarts'}`],
  ].flat();
  const line = `${indent}${isLast ? '└─' : '├─'} ${node.name}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
  return [
    line,
    ...(node.children.length === 0 ? [] : [formatTree(node.children, `${indent}${isLast ? '   ' : '│  '}`)]),
  ].join('\n');
}
