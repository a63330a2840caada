import { describe, expect, test } from '@jest/globals';
import type { TreeNode } from '@rookery/genserver';
import { treeView } from '../../src/operations/tree-view.js';

function worker(name: string, more: Partial<TreeNode> = {}): TreeNode {
  return { name, pid: undefined, kind: 'worker', state: 'running', restarts: 0, children: [], ...more };
}

function games(count: number, changed: Readonly<Record<number, Partial<TreeNode>>> = {}): readonly TreeNode[] {
  const children = Array.from({ length: count }, (_, index) => worker(`games/${index}`, changed[index]));
  return [worker('GameSessions', { kind: 'dynamic_supervisor', strategy: 'one_for_one', children })];
}

function shown(nodes: readonly TreeNode[], mustShow?: ReadonlySet<string>): { names: string[]; more: number } {
  const [root] = treeView(nodes, mustShow);
  return { names: root?.children.map(({ name }) => name) ?? [], more: root?.more ?? -1 };
}

test('a node has what the page draws of it', () => {
  expect(treeView([worker('Repo', { state: 'restarting', restartInMs: 40, restarts: 2 })])).toEqual([
    {
      name: 'Repo',
      pid: null,
      kind: 'worker',
      state: 'restarting',
      restartInMs: 40,
      restarts: 2,
      children: [],
      more: 0,
    },
  ]);
});

describe('of thousands of children', () => {
  test('forty are shown, the latest, and how many there are', () => {
    expect(shown(games(40))).toMatchObject({ more: 0 });
    const { names, more } = shown(games(1000));
    expect(more).toBe(960);
    expect(names).toEqual(Array.from({ length: 40 }, (_, index) => `games/${960 + index}`));
  });

  test('first of all those that were restarted, that do not run, or that are asked for, in their order', () => {
    const nodes = games(1000, { 3: { restarts: 1 }, 7: { state: 'restarting' } });
    const { names, more } = shown(nodes, new Set(['games/5']));
    expect(names).toHaveLength(40);
    expect(more).toBe(960);
    expect(names.slice(0, 4)).toEqual(['games/3', 'games/5', 'games/7', 'games/963']);
  });

  test('the latest of those, if they are too many', () => {
    const restarted = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [index, { restarts: 1 }]));
    const { names, more } = shown(games(100, restarted));
    expect(names).toEqual(Array.from({ length: 40 }, (_, index) => `games/${20 + index}`));
    expect(more).toBe(60);
  });
});
