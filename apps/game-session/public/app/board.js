// @ts-check
import { byId, create, setAttribute } from './dom.js';
import { columnLabel } from './words.js';

/** @typedef {import('../../src/sessions/game-view.js').GameView} GameView */

const COLUMNS = 7;
const ROWS = 6;

/** Seven buttons, each a column of six holes. One of them is in the tab order, the arrows move between them. */
export class Board {
  #root = byId('board');
  #columns = Array.from({ length: COLUMNS }, (_, column) => this.#newColumn(column));
  /** How many discs were shown before, so that only a new one falls. */
  #shown = { id: '', moves: 0 };
  /** @type {(column: number) => void} */
  #drop;

  /** @param {(column: number) => void} drop */
  constructor(drop) {
    this.#drop = drop;
    this.#root.append(...this.#columns);
    this.#focusable(3);
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /**
   * @param {GameView} game
   * @param {{ mine: 0 | 1 | null, pending: boolean }} how
   */
  show(game, { mine, pending }) {
    const canMove = game.turn !== null && game.turn === mine && !pending;
    this.#root.classList.toggle('is-over', game.line !== null);
    this.#root.classList.toggle('is-pending', pending);
    setAttribute(this.#root, 'data-mine', mine);
    const line = new Set(game.line?.map(([column, row]) => `${column},${row}`));
    const isNew = this.#shown.id === game.id && game.moves.length === this.#shown.moves + 1;
    const last = game.moves.at(-1) ?? -1;
    this.#columns.forEach((button, column) => {
      const discs = game.board.map((row) => row[column] ?? '.').toReversed();
      const height = discs.filter((disc) => disc !== '.').length;
      setAttribute(button, 'aria-label', columnLabel(game, column));
      // Not `disabled`: that would take the focus away after each move.
      setAttribute(button, 'aria-disabled', !canMove || height === ROWS ? 'true' : null);
      discs.forEach((disc, row) => {
        const cell = button.children[ROWS - 1 - row];
        if (cell === undefined) return;
        const isLast = column === last && row === height - 1;
        cell.classList.toggle('is-next', row === height);
        cell.classList.toggle('is-line', line.has(`${column},${row}`));
        cell.classList.toggle('is-last', isLast && game.line === null);
        showDisc(cell, disc, isLast && isNew);
      });
    });
    this.#shown = { id: game.id, moves: game.moves.length };
  }

  /** @param {number} column */
  #newColumn(column) {
    const cells = Array.from({ length: ROWS }, () => create('span', { class: 'cell' }));
    const button = create('button', { class: 'column', type: 'button', 'data-column': column }, ...cells);
    button.addEventListener('click', () => this.#chosen(column));
    button.addEventListener('focus', () => this.#focusable(column));
    return button;
  }

  /** @param {number} column */
  #chosen(column) {
    if (!this.#columns[column]?.hasAttribute('aria-disabled')) this.#drop(column);
  }

  /** @param {number} column */
  #focusable(column) {
    this.#columns.forEach((button, index) => setAttribute(button, 'tabindex', index === column ? 0 : -1));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || this.#root.closest('[hidden]') !== null) return;
    if (target instanceof HTMLInputElement) return; // somebody writes
    if (/^[1-7]$/.test(key)) {
      this.#columns[Number(key) - 1]?.focus();
      return this.#chosen(Number(key) - 1);
    }
    const at = this.#columns.findIndex((button) => button === target);
    const to = at === -1 ? undefined : { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: COLUMNS - 1 }[key];
    if (to === undefined) return;
    event.preventDefault();
    this.#columns.at(to % COLUMNS)?.focus();
  }
}

/**
 * @param {Element} cell
 * @param {string} disc
 * @param {boolean} falls
 */
function showDisc(cell, disc, falls) {
  const shown = cell.firstElementChild;
  if (disc === '.') return shown?.remove();
  const side = disc === 'x' ? '0' : '1';
  if (shown?.getAttribute('data-side') === side) return;
  const element = create('span', { class: falls ? 'disc is-new' : 'disc', 'data-side': side });
  // How many rows it falls. Through the CSSOM, as the page's policy allows no style attributes.
  element.style.setProperty('--fall', String([...(cell.parentElement?.children ?? [])].indexOf(cell) + 1));
  element.addEventListener('animationend', () => element.classList.remove('is-new'));
  cell.replaceChildren(element);
}
