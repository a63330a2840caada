// @ts-check
import { Board } from './board.js';
import { passes, RequestError } from './connection.js';
import { announce, byId, create, setAttribute, setText, toast } from './dom.js';
import { TurnClock } from './turn-clock.js';
import { changeIn, nameOf, sideOf, statusOf } from './words.js';

/** @typedef {import('../../src/sessions/game-view.js').GameView} GameView */
/** @typedef {import('./connection.js').Connection} Connection */

/** A move that was not answered may have been made; as it says which move it is, it can be sent again without harm. */
const TRIES = 20;

/** One game: as a player, or as somebody who watches. */
export class GameScreen {
  #connection;
  #player = { id: '', name: '' };
  #board = new Board((column) => void this.#play(column));
  #clock = new TurnClock();
  /** @type {GameView | undefined} */
  #game;
  /** The game that is to be shown, from before its first view came. @type {string | undefined} */
  #id;
  #pending = false;

  /** @param {Connection} connection */
  constructor(connection) {
    this.#connection = connection;
    connection.onPush('game', (game) => this.#show(game));
    this.#onClick('resign', () => confirm('Resign this game?') && this.#ask('game.resign'));
    this.#onClick('rematch', () => this.#ask('game.rematch'));
    this.#onClick('take-seat', () => this.#ask('game.join'));
    this.#onClick('share', () => this.#copyLink());
  }

  /** The game on the screen. */
  get id() {
    return this.#id;
  }

  /** @param {{ id: string, name: string }} player */
  setPlayer(player) {
    this.#player = player;
  }

  /**
   * @param {string} id
   * @param {(error: RequestError) => void} onError when there is no such game
   */
  open(id, onError) {
    this.#id = id;
    this.#game = undefined;
    this.#pending = false;
    this.#connection.watch('game', 'game.watch', { id }, { onResult: (game) => this.#show(game), onError });
  }

  close() {
    if (this.#id !== undefined) this.#connection.unwatch('game', 'game.unwatch', { id: this.#id });
    this.#id = undefined;
    this.#clock.stop();
  }

  /** @param {GameView} game */
  #show(game) {
    if (game.id !== this.#id) return; // of the one before
    const before = this.#game;
    if (before !== undefined && game.moves.length < before.moves.length) return; // an answer that was overtaken
    this.#game = game;
    const mine = sideOf(game, this.#player.id);
    if (mine !== null && before?.rematch.gameId === null && game.rematch.gameId !== null) {
      location.hash = `#/game/${game.rematch.gameId}`; // both have agreed
      return;
    }
    const words = changeIn(before, game, mine);
    if (words !== '') announce(words);
    this.#render(game, mine);
  }

  /**
   * @param {GameView} game
   * @param {0 | 1 | null} mine
   */
  #render(game, mine) {
    document.title = `${game.turn !== null && game.turn === mine ? '● ' : ''}${game.seats.map(nameOf).join(' – ')}`;
    setText(byId('game-title'), `${nameOf(game.seats[0])} against ${nameOf(game.seats[1])}`);
    for (const side of /** @type {const} */ ([0, 1])) showSeat(byId(`seat-${side}`), game, side, mine === side);
    const status = statusOf(game, mine);
    this.#setStatus(status.text, status.tone);
    this.#board.show(game, { mine, pending: this.#pending });
    this.#clock.show(`${game.id} ${game.moves.length}`, game.turnEndsInMs);
    setText(byId('spectators'), game.spectators === 0 ? '' : `${game.spectators} watching ·`);
    const session = byId('session');
    setText(session, `process ${game.session.pid}${game.session.restored ? ', restored' : ''}`);
    setAttribute(session, 'data-restored', game.session.restored);
    this.#renderActions(game, mine);
  }

  /**
   * @param {GameView} game
   * @param {0 | 1 | null} mine
   */
  #renderActions({ status, ending, rematch }, mine) {
    const wasPlayed = status === 'finished' && ending?.kind !== 'abandoned';
    byId('take-seat').hidden = !(status === 'waiting' && mine === null);
    byId('resign').hidden = !(status === 'playing' && mine !== null);
    const button = /** @type {HTMLButtonElement} */ (byId('rematch'));
    button.hidden = !(wasPlayed && mine !== null && rematch.gameId === null);
    const offered = mine !== null && rematch.offeredBy.includes(mine);
    button.disabled = offered;
    setText(button, offered ? 'Rematch offered' : rematch.offeredBy.length > 0 ? 'Accept the rematch' : 'Rematch');
    const link = /** @type {HTMLAnchorElement} */ (byId('rematch-link'));
    link.hidden = rematch.gameId === null;
    if (rematch.gameId !== null) link.href = `#/game/${rematch.gameId}`;
    setText(link, mine === null ? 'Watch the rematch' : 'To the rematch');
  }

  /** @param {number} column */
  async #play(column) {
    const game = this.#game;
    if (game === undefined || this.#pending) return;
    const move = { id: game.id, ply: game.moves.length, column };
    this.#setPending(true);
    try {
      const view = await this.#send(move);
      if (view !== undefined) this.#show(view);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      toast(error.message);
    } finally {
      this.#setPending(false);
    }
  }

  /**
   * Until it is stored, or another view says that it is.
   * @param {{ id: string, ply: number, column: number }} move
   */
  async #send(move) {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#connection.request('game.move', move);
      } catch (error) {
        this.#setStatus('Your move is on its way…', 'trouble');
        if (tries === TRIES || !(await passes(error))) throw error;
      }
      if (this.#id !== move.id || (this.#game?.moves.length ?? 0) > move.ply) return undefined;
    }
  }

  /** @param {boolean} pending */
  #setPending(pending) {
    this.#pending = pending;
    if (this.#game !== undefined && this.#game.id === this.#id) {
      this.#render(this.#game, sideOf(this.#game, this.#player.id));
    }
  }

  /** @param {'game.resign' | 'game.rematch' | 'game.join'} event */
  async #ask(event) {
    this.#show(await this.#connection.request(event, { id: this.#id }));
  }

  async #copyLink() {
    await navigator.clipboard.writeText(location.href);
    toast('The link is copied: whoever opens it can watch, or take the free seat.');
  }

  /**
   * @param {string} id
   * @param {() => unknown} action
   */
  #onClick(id, action) {
    const act = async () => {
      try {
        await action();
      } catch (error) {
        toast(error instanceof Error ? error.message : String(error));
      }
    };
    byId(id).addEventListener('click', () => void act());
  }

  /**
   * @param {string} text
   * @param {string} tone
   */
  #setStatus(text, tone) {
    setText(byId('status'), text);
    setAttribute(byId('status'), 'data-tone', tone);
  }
}

/**
 * @param {HTMLElement} element
 * @param {GameView} game
 * @param {0 | 1} side
 * @param {boolean} isMine
 */
function showSeat(element, game, side, isMine) {
  const seat = game.seats[side];
  setAttribute(element, 'data-turn', game.turn === side ? 'true' : null);
  const facts = [];
  if (seat === null) facts.push('the seat is free');
  if (isMine) facts.push('you');
  if (seat?.kind === 'player' && !isMine) facts.push(seat.online ? 'online' : 'away');
  const hasWon = game.ending !== null && 'winner' in game.ending && game.ending.winner === side;
  if (hasWon) facts.push('winner');
  setAttribute(element, 'data-won', hasWon ? 'true' : null);
  if (seat?.kind === 'computer') facts.push('thinks in a worker thread');
  element.replaceChildren(
    create('span', { class: 'disc', 'data-side': seat === null ? 'none' : side }),
    create('strong', {}, nameOf(seat)),
    create('small', {}, facts.join(' · ')),
  );
}
