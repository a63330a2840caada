/** @import { Player } from './player.mjs' */

/** What is worth another try: the session is just being restarted. */
const AGAIN = new Set(['restarting', 'timeout', 'store_unavailable']);
const AGAIN_MS = 20;

/** A game of two players, who play the moves of `script`, one at a time. */
export class Match {
  /** How many moves were acknowledged. */
  played = 0;
  /** When its session was last crashed. */
  crashedAt = -Infinity;
  /** When the moves that wait were to be made. @type {number[]} */
  #due = [];
  #isBusy = false;

  /**
   * @param {string} id
   * @param {readonly [Player, Player]} players
   * @param {readonly number[]} script
   */
  constructor(id, players, script) {
    this.id = id;
    this.players = players;
    this.script = script;
  }

  /** Opens a game between two, who watch it. @param {readonly [Player, Player]} players @param {readonly number[]} script */
  static async open(players, script) {
    const [first, second] = players;
    const { id } = await first.expect('game.open', { opponent: 'anyone' });
    await second.expect('game.join', { id });
    await Promise.all(players.map((player) => player.expect('game.watch', { id })));
    return new Match(id, players, script);
  }

  get isOver() {
    return this.played + this.#due.length + Number(this.#isBusy) >= this.script.length;
  }

  /** Makes the next move as soon as the one before is acknowledged. @param {number} dueAt @param {(dueAt: number) => void} onDone */
  move(dueAt, onDone) {
    this.#due.push(dueAt);
    if (!this.#isBusy) void this.#work(onDone);
  }

  crash() {
    this.crashedAt = performance.now();
    return this.players[0].ask('chaos', { what: 'crash_game', id: this.id });
  }

  /** @param {(dueAt: number) => void} onDone */
  async #work(onDone) {
    this.#isBusy = true;
    for (let dueAt = this.#due.shift(); dueAt !== undefined; dueAt = this.#due.shift()) {
      await this.#make();
      onDone(dueAt);
    }
    this.#isBusy = false;
  }

  async #make() {
    const request = { id: this.id, ply: this.played, column: this.script[this.played] };
    for (;;) {
      const answer = await this.players[this.played % 2].ask('game.move', request);
      if (answer.ok) break;
      if (!AGAIN.has(answer.error.reason)) throw new Error(`A move was refused: ${JSON.stringify(answer.error)}`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    this.played++;
  }

  /** Throws when an acknowledged move is not there. */
  async check() {
    const { moves } = await this.players[0].expect('game.watch', { id: this.id });
    if (moves.length === this.played && moves.every((column, ply) => column === this.script[ply])) return;
    throw new Error(`Game ${this.id} has the moves ${moves.join(' ')}; ${this.played} were acknowledged.`);
  }
}
