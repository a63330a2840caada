import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  type DynamicSupervisorOptions,
  supervisor,
} from '@rookery/genserver';
import type { DynamicNode, SupervisorNode, TreeNode, WorkerNode } from '../scenario/scenario.js';
import { Worker, type World } from './worker.js';

/** The child specification of a node. Throws an InvalidOptionError where OTP's supervisor refuses the specification. */
export function toSpec(node: TreeNode, world: World): ChildSpec {
  if (node.kind === 'worker') return workerSpec(node, world);
  const spec = node.kind === 'supervisor' ? supervisorSpec(node, world) : dynamicSpec(node);
  return noted(spec, node, world);
}

function workerSpec(node: WorkerNode, world: World): ChildSpec {
  const { id, restart, shutdown, significant } = node;
  return child(Worker, { args: [node, world], id, restart, shutdownMs: shutdown, significant });
}

function supervisorSpec(node: SupervisorNode, world: World): ChildSpec {
  const { strategy, auto_shutdown } = node;
  const children = node.children.map((one) => toSpec(one, world));
  return supervisor({ ...common(node), strategy, autoShutdown: auto_shutdown, children });
}

function dynamicSpec(node: DynamicNode): ChildSpec {
  return dynamicSupervisor({
    ...common(node),
    maxChildren: node.max_children === 'infinity' ? Infinity : node.max_children,
  });
}

function common(node: SupervisorNode | DynamicNode): Omit<DynamicSupervisorOptions, 'maxChildren'> {
  const { id, restart, significant, max_restarts, max_seconds } = node;
  return { id, restart, significant, maxRestarts: max_restarts, maxSeconds: max_seconds };
}

/** The same, with every start attempt noted as it begins: a supervisor has no code of ours that could. */
function noted(spec: ChildSpec, node: TreeNode, { ledger }: World): ChildSpec {
  const create = (): unknown => {
    ledger.begin(node);
    return spec.start.create?.();
  };
  return { ...spec, start: { ...spec.start, create } };
}
