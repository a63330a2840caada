// @ts-check
import { byId, create, renderList, setAttribute, setText, toast } from './dom.js';
import { nameOf, presenceOf } from './words.js';

/** @typedef {import('../../src/web/protocol.js').LobbyView} LobbyView */
/** @typedef {import('../../src/web/protocol.js').OnlinePlayer} OnlinePlayer */
/** @typedef {import('../../src/sessions/game-view.js').GameSummary} GameSummary */
/** @typedef {import('../../src/store/records.js').Standing} Standing */
/** @typedef {import('./connection.js').Connection} Connection */

const PRESENCE_MS = 20_000;
/** How often the standings of the week are asked for: what the lobby tells are those of all time. */
const WEEK_MS = 5_000;

/** Who is here, what is played, and the ways into a game. */
export class Lobby {
  #connection;
  #player = { id: '', name: '' };
  /** @type {LobbyView | undefined} */
  #view;
  /** @type {'all' | 'week'} */
  #period = 'all';
  #isOpen = false;

  /** @param {Connection} connection */
  constructor(connection) {
    this.#connection = connection;
    connection.onPush('lobby', (view) => this.#show(view));
    byId('quick').addEventListener('click', () => void this.#enter('game.quick'));
    byId('open').addEventListener('click', () => void this.#enter('game.open', { opponent: 'anyone' }));
    byId('computer-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const level = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('level'));
      void this.#enter('game.open', { opponent: { computer: level } });
    });
    for (const button of periods()) button.addEventListener('click', () => void this.#choose(button));
    byId('waiting').addEventListener('click', (event) => this.#join(event));
    setInterval(() => this.#view !== undefined && this.#showOnline(this.#view), PRESENCE_MS);
    setInterval(() => this.#isOpen && this.#period === 'week' && void this.#loadWeek().catch(() => {}), WEEK_MS); // the next one may do
  }

  /** @param {{ id: string, name: string }} player */
  setPlayer(player) {
    this.#player = player;
  }

  open() {
    this.#isOpen = true;
    document.title = 'Connect Four · Rookery';
    this.#connection.watch('lobby', 'lobby.watch', {}, { onError: ({ message }) => toast(message) });
  }

  close() {
    this.#isOpen = false;
    this.#connection.unwatch('lobby', 'lobby.unwatch');
  }

  /** @param {LobbyView} view */
  #show(view) {
    this.#view = view;
    this.#showGames('waiting', view.waiting);
    this.#showGames('playing', view.playing);
    this.#showOnline(view);
    if (this.#period === 'all') this.#showStandings(view.leaderboard);
  }

  /**
   * @param {'waiting' | 'playing'} list
   * @param {readonly GameSummary[]} games
   */
  #showGames(list, games) {
    setText(byId(`${list}-count`), games.length === 0 ? '' : String(games.length));
    byId(`${list}-empty`).hidden = games.length > 0;
    renderList(byId(list), games, {
      key: ({ id }) => id,
      create: () => newRow(),
      update: (row, game) => this.#updateGame(row, game),
    });
  }

  /**
   * @param {HTMLElement} row
   * @param {GameSummary} game
   */
  #updateGame(row, { id, status, seats, moves, spectators }) {
    const isMine = seats.some((seat) => seat?.playerId === this.#player.id);
    const isWaiting = status === 'waiting';
    setText(part(row, 'strong'), isWaiting ? nameOf(seats[0]) : seats.map(nameOf).join(' – '));
    const progress = `${moves} ${moves === 1 ? 'move' : 'moves'}${spectators > 0 ? ` · ${spectators} watching` : ''}`;
    const wait = isMine ? 'your game' : 'you would move second';
    setText(part(row, 'small'), isWaiting ? wait : progress);
    const link = /** @type {HTMLAnchorElement} */ (part(row, 'a'));
    link.href = `#/game/${id}`;
    setAttribute(link, 'data-join', isWaiting && !isMine ? id : null);
    setText(link, isMine ? 'Return' : isWaiting ? 'Join' : 'Watch');
    link.setAttribute('aria-label', `${link.textContent}: ${seats.map(nameOf).join(' against ')}`);
  }

  /** @param {LobbyView} view */
  #showOnline({ online }) {
    setText(byId('online-count'), String(online.length));
    const now = Date.now();
    renderList(byId('online'), online, {
      key: ({ id }) => id,
      create: () => create('li', {}, create('span', { class: 'row-text' }, create('strong'), create('small'))),
      update: (row, player) => {
        const { id, name } = player;
        setText(part(row, 'strong'), id === this.#player.id ? `${name} (you)` : name);
        setText(part(row, 'small'), presenceOf(player, now));
      },
    });
  }

  /** @param {readonly Standing[]} standings */
  #showStandings(standings) {
    byId('standings-empty').hidden = standings.length > 0;
    const rows = standings.map(({ playerId, name, played, won, drawn, lost, points }, index) =>
      create(
        'tr',
        { class: playerId === this.#player.id ? 'is-me' : null },
        ...[index + 1, name, played, won, drawn, lost, points].map((value) => create('td', {}, String(value))),
      ),
    );
    byId('standings').replaceChildren(...rows);
  }

  /** @param {HTMLElement} chosen */
  async #choose(chosen) {
    for (const button of periods()) button.setAttribute('aria-pressed', String(button === chosen));
    this.#period = chosen.dataset['period'] === 'week' ? 'week' : 'all';
    if (this.#period === 'all') return this.#showStandings(this.#view?.leaderboard ?? []);
    try {
      await this.#loadWeek();
    } catch {
      toast('The standings of the week cannot be had right now.');
    }
  }

  async #loadWeek() {
    const response = await fetch('api/leaderboard?period=week');
    if (!response.ok) throw new Error(`leaderboard: ${response.status}`);
    const standings = await response.json();
    if (this.#period === 'week') this.#showStandings(standings);
  }

  /** @param {MouseEvent} event */
  #join(event) {
    const id = event.target instanceof HTMLElement ? event.target.dataset['join'] : undefined;
    if (id === undefined) return; // a link to one's own game
    event.preventDefault();
    void this.#enter('game.join', { id });
  }

  /**
   * @param {'game.open' | 'game.quick' | 'game.join'} event
   * @param {object} data
   */
  async #enter(event, data = {}) {
    try {
      const { id } = await this.#connection.request(event, data);
      location.hash = `#/game/${id}`;
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  }
}

function newRow() {
  const text = create('span', { class: 'row-text' }, create('strong'), create('small'));
  return create('li', {}, text, create('a', { class: 'button' }));
}

/**
 * @param {HTMLElement} row
 * @param {string} tag
 * @returns {HTMLElement}
 */
function part(row, tag) {
  const found = row.querySelector(tag);
  if (!(found instanceof HTMLElement)) throw new Error(`a row has no <${tag}>`);
  return found;
}

/** @returns {readonly HTMLElement[]} */
function periods() {
  return [...document.querySelectorAll('[data-period]')].filter((each) => each instanceof HTMLElement);
}
