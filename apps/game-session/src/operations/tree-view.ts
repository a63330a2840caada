import type { TreeNode } from '@rookery/genserver';
import type { TreeNodeView } from '../web/protocol.js';

/** Of thousands of children so many are shown. */
const MOST_CHILDREN = 40;

/** The tree as the page draws it. `mustShow`: names that are shown among however many others. */
export function treeView(nodes: readonly TreeNode[], mustShow: ReadonlySet<string> = NONE): readonly TreeNodeView[] {
  return nodes.map((node) => nodeView(node, mustShow));
}

const NONE: ReadonlySet<string> = new Set();

function nodeView(node: TreeNode, mustShow: ReadonlySet<string>): TreeNodeView {
  const { name, kind, state, restarts, strategy, restartInMs } = node;
  const shown = theMostInteresting(node.children, mustShow);
  return {
    name,
    kind,
    state,
    restarts,
    ...(strategy && { strategy }),
    ...(restartInMs !== undefined && { restartInMs }),
    pid: node.pid ?? null,
    children: treeView(shown, mustShow),
    more: node.children.length - shown.length,
  };
}

/** In their order: those that are asked for, do not run or were restarted, then the latest. */
function theMostInteresting(children: readonly TreeNode[], mustShow: ReadonlySet<string>): readonly TreeNode[] {
  if (children.length <= MOST_CHILDREN) return children;
  const isInteresting = (node: TreeNode): boolean =>
    mustShow.has(node.name) || node.state !== 'running' || node.restarts > 0;
  const interesting = children.filter(isInteresting).slice(-MOST_CHILDREN);
  const latest = children.filter((node) => !isInteresting(node)).slice(interesting.length - MOST_CHILDREN);
  const shown = new Set(interesting.length === MOST_CHILDREN ? interesting : [...interesting, ...latest]);
  return children.filter((node) => shown.has(node));
}
