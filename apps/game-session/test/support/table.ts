import { drop, replay } from '../../src/rules/connect-four.js';
import type { GameView } from '../../src/sessions/game-view.js';
import { PlayerClient, RefusedError } from './player.js';

/** A game of two players, and what they know of it. */
export class Table {
  /** The moves that were answered with ok, in order. */
  readonly acknowledged: number[] = [];
  /** Asked for, and not acknowledged so far: it may have been made, or not. */
  asked: number | undefined;
  isOver = false;

  constructor(
    readonly id: string,
    private readonly players: readonly [Chair, Chair],
    /** Makes its moves others than those of other games, and the same at each run. */
    private readonly seed: number,
  ) {}

  static async open(players: readonly [Chair, Chair], seed: number): Promise<Table> {
    const [first, second] = players;
    const { id } = await first.client.ask('game.open', { opponent: 'anyone' });
    await second.client.ask('game.join', { id });
    return new Table(id, players, seed);
  }

  get clients(): readonly PlayerClient[] {
    return this.players.map(({ client }) => client);
  }

  /** Asks for the next move; once more for the last one if that was not acknowledged. */
  async move(): Promise<void> {
    const ply = this.acknowledged.length;
    this.asked ??= this.#choose();
    const { moves, ending } = await this.players[ply % 2 === 0 ? 0 : 1].move(this.id, ply, this.asked);
    this.acknowledged.push(this.asked);
    this.asked = undefined;
    this.isOver = ending !== null;
    if (!this.isIn([moves])) throw new Error(`${String(this)} has ${moves.join('')}`);
  }

  /** The sockets of both, to the app at another place, or started again; they watch their game. */
  async sitDown(url: string): Promise<void> {
    for (const player of this.players) {
      await player.connect(url);
      if (!this.isOver) await player.client.ask('game.watch', { id: this.id });
    }
  }

  /** Whether the moves that were acknowledged are one of these lists. */
  isIn(lists: readonly (readonly number[])[]): boolean {
    return lists.some((moves) => moves.join() === this.acknowledged.join());
  }

  /** What the store may have: all that was acknowledged, and perhaps what was asked for last. */
  mayBe(moves: readonly number[]): boolean {
    return this.isIn([moves]) || (moves.at(-1) === this.asked && this.isIn([moves.slice(0, -1)]));
  }

  /** For people. */
  toString(): string {
    return `${this.id} with ${this.acknowledged.join('')}${this.asked === undefined ? '' : `, asked for ${this.asked},`}`;
  }

  #choose(): number {
    const board = replay(this.acknowledged);
    const legal = [0, 1, 2, 3, 4, 5, 6].filter((column) => drop(board, column).kind === 'legal');
    const mixed = Math.imul(64 * this.seed + this.acknowledged.length + 1, 2_654_435_761) >>> 16; // Knuth's multiplicative hash
    return legal[mixed % legal.length] ?? 0;
  }
}

/** Whoever sits at a table: over a socket, and a new one after a restart. Some move by HTTP all the same. */
export class Chair {
  constructor(
    private url: string,
    readonly token: string,
    public client: PlayerClient,
    private readonly way: 'socket' | 'http',
  ) {}

  static async take(url: string, name: string, way: 'socket' | 'http'): Promise<Chair> {
    const client = await PlayerClient.join(url, name);
    return new Chair(url, client.token, client, way);
  }

  async connect(url: string): Promise<void> {
    this.url = url;
    this.client = await PlayerClient.connect(url);
    await this.client.ask('hello', { token: this.token });
  }

  /** Rejects with a RefusedError; with any other one if no answer came. */
  move(id: string, ply: number, column: number): Promise<GameView> {
    return this.way === 'socket' ? this.client.ask('game.move', { id, ply, column }) : this.#post(id, { ply, column });
  }

  async #post(id: string, body: object): Promise<GameView> {
    const response = await fetch(`${this.url}/api/games/${id}/moves`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as GameView & { readonly reason: string; readonly message: string };
    if (!response.ok) throw new RefusedError(answer);
    return answer;
  }
}
