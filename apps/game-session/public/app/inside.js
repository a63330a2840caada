// @ts-check
import { byId, create, renderList, setText, toast } from './dom.js';
import { renderTree } from './tree.js';

/** @typedef {import('../../src/web/protocol.js').TreeView} TreeView */
/** @typedef {import('../../src/web/protocol.js').TreeEventView} TreeEventView */
/** @typedef {import('./connection.js').Connection} Connection */

const OPERATOR_KEY = 'connect-four-operator-token';

/** The tree as it lives, what happens in it, and the buttons that break it. */
export class Inside {
  #connection;
  /** @type {() => string | undefined} */
  #gameId;
  #isAllowed = true;

  /**
   * @param {Connection} connection
   * @param {() => string | undefined} gameId the game on the screen
   */
  constructor(connection, gameId) {
    this.#connection = connection;
    this.#gameId = gameId;
    connection.onPush('tree', (view) => this.#show(view));
    for (const button of chaosButtons()) button.addEventListener('click', () => void this.#break(button));
    byId('operator-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const token = /** @type {HTMLInputElement} */ (byId('operator-token')).value.trim();
      if (token === '') sessionStorage.removeItem(OPERATOR_KEY);
      else sessionStorage.setItem(OPERATOR_KEY, token);
      this.open();
    });
  }

  open() {
    const operatorToken = sessionStorage.getItem(OPERATOR_KEY);
    this.#connection.watch('tree', 'tree.watch', operatorToken === null ? {} : { operatorToken }, {
      onResult: () => void (byId('operator-form').hidden = true),
      onError: ({ reason, message }) => {
        byId('operator-form').hidden = reason !== 'forbidden' && reason !== 'unauthorized';
        setText(byId('tree-facts'), message);
      },
    });
  }

  /** @param {boolean} isAllowed whether chaos is on */
  setChaos(isAllowed) {
    this.#isAllowed = isAllowed;
    this.update();
  }

  /** After another game, or none, has come to the screen. */
  update() {
    const hasGame = this.#gameId() !== undefined;
    for (const button of chaosButtons()) {
      button.disabled = !this.#isAllowed || (button.dataset['chaos']?.endsWith('_game') === true && !hasGame);
    }
    const note = byId('chaos-note');
    note.hidden = this.#isAllowed && hasGame;
    setText(note, this.#isAllowed ? 'Open a game to crash it or hang it.' : 'Chaos is switched off on this server.');
  }

  /** @param {TreeView} view */
  #show({ tree, events }) {
    const { processes, restarts } = renderTree(byId('tree'), tree, this.#gameId());
    const [one, many] = ['restart', 'restarts'];
    setText(byId('tree-facts'), `${processes} processes · ${restarts} ${restarts === 1 ? one : many}`);
    byId('events-empty').hidden = events.length > 0;
    renderList(byId('events'), events.toReversed(), {
      key: ({ id, at }) => `${at} ${id}`,
      create: newEvent,
      update: () => {}, // what has happened stays as it was
    });
  }

  /** @param {HTMLButtonElement} button */
  async #break(button) {
    const what = button.dataset['chaos'] ?? '';
    const id = this.#gameId();
    try {
      await this.#connection.request('chaos', what.endsWith('_game') ? { what, id } : { what });
      toast(SAID[what] ?? 'Done.');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  }
}

/** @type {Readonly<Record<string, string>>} */
const SAID = {
  crash_game: 'The session crashes. Play on: its moves are in the store.',
  hang_game: 'The session hangs. The next who asks it in vain has it killed and brought back.',
  crash_user_manager: 'The user manager crashes, and rest_for_one restarts what was started after it.',
  kill_thread: 'A thread was killed. The pool starts another, and the search is done again.',
  hang_thread: 'A thread is stuck. When the time for a move is up, the pool ends it and starts another.',
};

/** @param {TreeEventView} event */
function newEvent({ at, kind, text }) {
  const time = new Date(at);
  return create(
    'li',
    { 'data-kind': kind },
    create('time', { datetime: time.toISOString() }, time.toLocaleTimeString()),
    create('span', {}, text),
  );
}

/** @returns {readonly HTMLButtonElement[]} */
function chaosButtons() {
  return [...document.querySelectorAll('[data-chaos]')].filter((each) => each instanceof HTMLButtonElement);
}
