// @ts-check
import { create, renderList, setAttribute, setText } from './dom.js';

/** @typedef {import('../../src/web/protocol.js').TreeNodeView} TreeNodeView */

/** @type {Readonly<Record<string, string>>} */
const STRATEGY = { one_for_one: 'one for one', one_for_all: 'one for all', rest_for_one: 'rest for one' };

/**
 * Draws the tree. Nodes stay the same elements, so those that were restarted can light up.
 * @param {HTMLElement} list
 * @param {readonly TreeNodeView[]} nodes
 * @param {string | undefined} gameId whose session is marked
 * @returns {{ processes: number, restarts: number }} what is in it
 */
export function renderTree(list, nodes, gameId) {
  const facts = { processes: 0, restarts: 0 };
  renderNodes(list, nodes, gameId, facts);
  return facts;
}

/**
 * @param {HTMLElement} list
 * @param {readonly TreeNodeView[]} nodes
 * @param {string | undefined} gameId
 * @param {{ processes: number, restarts: number }} facts
 */
function renderNodes(list, nodes, gameId, facts) {
  const names = new Map();
  renderList(list, nodes, {
    // Two children may have one name: then they are told apart by their places.
    key: ({ name }) => {
      const place = (names.get(name) ?? 0) + 1;
      names.set(name, place);
      return place === 1 ? name : `${name} ${place}`;
    },
    create: newNode,
    update: (item, node) => {
      facts.processes += (node.state === 'running' ? 1 : 0) + node.more;
      facts.restarts += node.restarts;
      const [line, below, more] = item.children;
      if (!(line instanceof HTMLElement) || !(below instanceof HTMLElement) || !(more instanceof HTMLElement)) return;
      renderLine(line, node, gameId);
      renderNodes(below, node.children, gameId, facts);
      more.hidden = node.more === 0;
      setText(more, `and ${node.more} more`);
    },
  });
}

/** @param {TreeNodeView} node */
function newNode({ pid }) {
  const parts = ['name', 'fact', 'restarts'].map((name) => create('span', { class: name }));
  const line = create('div', { class: 'node', 'data-pid': pid ?? '' }, ...parts);
  line.addEventListener('animationend', () => line.classList.remove('is-fresh'));
  return create('li', {}, line, create('ul'), create('p', { class: 'more', hidden: true }));
}

/**
 * @param {HTMLElement} line
 * @param {TreeNodeView} node
 * @param {string | undefined} gameId
 */
function renderLine(line, { name, pid, kind, state, strategy, restarts, restartInMs }, gameId) {
  const isFresh = pid !== null && line.dataset['pid'] !== String(pid);
  if (isFresh) line.dataset['pid'] = String(pid); // another process stands where that one stood
  if (isFresh) line.classList.add('is-fresh');
  line.classList.toggle('is-mine', gameId !== undefined && name.endsWith(gameId));
  setAttribute(line, 'data-kind', kind);
  setAttribute(line, 'data-state', state);
  const [label, fact, count] = line.children;
  if (label === undefined || fact === undefined || count === undefined) return;
  setText(label, name);
  const how = kind === 'supervisor' ? (STRATEGY[strategy ?? ''] ?? '') : kind === 'dynamic_supervisor' ? 'dynamic' : '';
  const wait = restartInMs === undefined ? '' : ` in ${Math.round(restartInMs)} ms`;
  setText(fact, state === 'running' ? how : `${state}${wait}`);
  setText(count, restarts === 0 ? '' : `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`);
  setAttribute(count, 'hidden', restarts === 0);
}
