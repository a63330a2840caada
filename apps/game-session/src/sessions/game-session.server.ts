import { Inject, Logger } from '@nestjs/common';
import { Down, GenServer, type InfoTimer, type Pid, refuse, type ServerRef, Timeout } from '@rookery/genserver';
import { InjectRegistry, InjectServer, Supervised } from '@rookery/nestjs';
import { Computer } from '../computer/computer.js';
import { Audience } from '../presence/audience.js';
import type { Column } from '../rules/connect-four.js';
import { SETTINGS } from '../settings.js';
import { StoreUnavailableError } from '../store/errors.js';
import type { GameRecord } from '../store/records.js';
import { Repo } from '../store/repo.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';
import { asked, DONE, STORE_MS, unavailable } from '../store/asked.js';
import { GameError } from './errors.js';
import type { FirstRecord } from './first-record.js';
import { type GameEntry, GameRegistry, type GameRegistryRef } from './game-registry.js';
import * as rules from './game-state.js';
import { type GameState, sideOf, type Transition } from './game-state.js';
import type { GameView } from './game-view.js';
import { mailsOf, type Store, storeEnding, storeMove, type Write } from './game-writes.js';
import type { PlayerSeat } from './matchmaking.js';
import { Thinking } from './thinking.js';
import { allowedMs, type GameTimes, leftMs } from './turn-clock.js';
import { summaryOf, viewOf } from './view-of.js';

/** Messages to itself. Symbols, so that nobody else can send them. */
const WATCHER = Symbol('of somebody who watches');
const READ_AGAIN = Symbol('read the record again');
const THINK_AGAIN = Symbol('ask the computer again');
const SHOW = Symbol('show it to all who watch');

/** After which the store, or the computer, is asked again; until then whoever needs the store is refused at once. */
const AGAIN_MS = 1_000;
/** Comings and goings of spectators are shown together. */
const SHOW_MS = 250;

/**
 * One game. Its state is a copy: the truth is in the store, where everything is written before it is answered or shown. While
 * the truth is not known, as a write got no answer, the state is undefined, and all that is asked is refused.
 * Transient: a crash brings it back with its moves; a game that is over stays away.
 */
@Supervised({ restart: 'transient' })
export class GameSession extends GenServer<GameState | undefined> {
  readonly #logger = new Logger(GameSession.name);
  readonly #watching = new Set<Pid>();
  readonly #thinking: Thinking;
  readonly #store: Store;
  #id = '';
  #isRestored = true;
  #isToBeShown = false;
  /** When the store may be written to again. Without it those in the mailbox would wait for one vain attempt after another. */
  #writesAgainAt = 0;
  /** Of the turn, of the wait for an opponent, or until it ends. */
  #clock: InfoTimer | undefined;

  constructor(
    @InjectServer(Repo) repo: ServerRef<Repo>,
    @InjectRegistry(GameRegistry) private readonly games: GameRegistryRef,
    @Inject(Audience) private readonly audience: Audience,
    @Inject(Computer) computer: Computer,
    @Inject(SETTINGS) private readonly settings: GameTimes,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
    this.#thinking = new Thinking(computer);
    this.#store = repo.with({ timeoutMs: STORE_MS }).call;
  }

  /** Runs at every start, so after a crash, too. It waits for nothing: its supervisor starts one session after the other. */
  override init(id: string, first: FirstRecord): undefined {
    this.#id = id;
    const record = first.take();
    this.#isRestored = record === undefined;
    for (const pid of this.audience.watching(id)) this.watched(pid); // they were there before the crash
    this.self.continue(record);
  }

  /** Before any message. */
  override async handleContinue(record: GameRecord | undefined): Promise<void> {
    if (record === undefined) await this.#read();
    else this.#take(record);
  }

  view(): GameView {
    return this.state === undefined ? refuse(new StoreUnavailableError('away', false)) : this.#view(this.state);
  }

  join(seat: PlayerSeat): Promise<GameView> {
    const write: Write = (store) => store.joinGame({ id: this.#id, side: 1, playerId: seat.id });
    return this.#answer((state) => rules.join(state, seat), write);
  }

  move(playerId: string, ply: number, column: Column): Promise<GameView> {
    return this.#answer((state) => rules.move(state, sideOf(state, playerId), ply, column), storeMove);
  }

  resign(playerId: string): Promise<GameView> {
    return this.#answer((state) => rules.resign(state, sideOf(state, playerId)), storeEnding);
  }

  /** Says that a player wants to play again. It is not stored: after a crash they ask again. */
  rematch(playerId: string): Promise<GameView> {
    return this.#answer((state) => rules.offerRematch(state, sideOf(state, playerId)));
  }

  rematchOpened(gameId: string): void {
    if (this.state !== undefined) this.#enter(rules.rematchOpened(this.state, gameId));
  }

  /** From the session of a user, once it is registered as a watcher. */
  watched(by: Pid): void {
    if (!this.#watching.has(by)) this.self.monitor(by, { tag: WATCHER });
    this.#watching.add(by);
    this.#showSoon();
  }

  unwatched(): void {
    this.#showSoon();
  }

  /** Whether it takes messages. */
  ping(): void {}

  /** For demonstration: what a bug does. */
  crash(): never {
    throw new Error('crashed on purpose');
  }

  /** For demonstration: a handler that waits for what never comes. */
  hang(): Promise<never> {
    return new Promise(() => {});
  }

  override async handleInfo(message: unknown): Promise<void> {
    if (message === READ_AGAIN) await this.#read();
    if (message === THINK_AGAIN) this.#thinking.begin(this.self, this.state);
    if (message === SHOW) this.#showAgain();
    if (message instanceof Timeout && message.timer === this.#clock) await this.#timeIsUp();
    if (this.#thinking.isAnswer(message)) await this.#playComputer(message.value);
    if (message instanceof Down && message.tag === WATCHER) this.#watcherLeft(message.pid);
  }

  /** Decides, stores, and only then lets it be true. A player's mistake is refused, and the session lives on. */
  async #answer(decide: (state: GameState) => Transition, write?: Write): Promise<GameView> {
    const changed = await this.#change(decide, write);
    return changed instanceof Error ? refuse(changed) : changed;
  }

  /** Gives what is to be seen now, or why it is not changed. */
  async #change(decide: (state: GameState) => Transition, write?: Write): Promise<GameView | Error> {
    if (this.state === undefined) return new StoreUnavailableError('away', false);
    const decision = decide(this.state);
    if (decision.kind === 'refused') return new GameError(decision.reason);
    if (decision.kind === 'repeated') return this.#view(this.state);
    if (write !== undefined && this.self.now() < this.#writesAgainAt) return new StoreUnavailableError('away', false);
    // The mailbox waits meanwhile: what comes next must be decided on what is true then.
    const stored = write === undefined ? DONE : await asked(this.#write(write, decision.state));
    if (stored.kind === 'ok') return this.#enter(decision.state);
    if (stored.kind === 'refused' || stored.inDoubt) this.#doubt();
    else this.#writesAgainAt = this.self.now() + AGAIN_MS;
    return stored.kind === 'refused' ? stored.error : unavailable(stored.error, stored.inDoubt);
  }

  async #write(write: Write, next: GameState): Promise<void> {
    await write(this.#store, next, await mailsOf(this.#store, next));
  }

  /** From now on this is true. */
  #enter(state: GameState, stayMs = allowedMs(rules.statusOf(state), this.settings)): GameView {
    this.state = state;
    this.#clock?.cancel();
    this.#clock = this.self.startTimer(stayMs, 'time is up');
    this.#thinking.begin(this.self, state);
    return this.#show(state);
  }

  /** A write got no answer: whether it was done is known by the store alone. */
  #doubt(): void {
    this.state = undefined;
    this.#thinking.begin(this.self, undefined);
    this.self.sendAfter(AGAIN_MS, READ_AGAIN);
  }

  async #read(): Promise<void> {
    const read = await asked(this.#store.game(this.#id));
    if (read.kind !== 'ok') this.self.sendAfter(AGAIN_MS, READ_AGAIN);
    else if (read.value === undefined)
      this.self.stop(); // it was deleted: there is nothing to bring back
    else this.#take(read.value);
  }

  #take(record: GameRecord): void {
    try {
      const state = rules.stateOf(record);
      this.#enter(state, leftMs(record, rules.statusOf(state), this.now().getTime(), this.settings));
    } catch (error) {
      this.#logger.error(`Game ${this.#id} cannot go on: ${String(error)}`);
      this.self.stop(); // a crash would only bring it back to the same record
    }
  }

  async #timeIsUp(): Promise<void> {
    if (this.state === undefined) return; // once it is known again there is another clock
    if (this.state.ending !== null) return this.self.stop();
    const changed = await this.#change(rules.timeUp, storeEnding);
    if (changed instanceof Error) this.#clock = this.self.startTimer(AGAIN_MS, 'time is up');
  }

  /** Neither the player nor the session has to care why there was no move, or why it could not be stored. */
  async #playComputer(column: Column | undefined): Promise<void> {
    const isPlayed =
      column !== undefined &&
      !((await this.#change((state) => rules.moveOfTurn(state, column), storeMove)) instanceof Error);
    if (!isPlayed) this.self.sendAfter(AGAIN_MS, THINK_AGAIN);
  }

  #watcherLeft(pid: Pid | undefined): void {
    if (pid !== undefined) this.#watching.delete(pid);
    this.#showSoon();
  }

  #showSoon(): void {
    if (!this.#isToBeShown) this.self.sendAfter(SHOW_MS, SHOW);
    this.#isToBeShown = true;
  }

  #showAgain(): void {
    this.#isToBeShown = false;
    if (this.state !== undefined) this.#show(this.state);
  }

  #show(state: GameState): GameView {
    const view = this.#view(state);
    const entry: GameEntry = { summary: summaryOf(view), createdAt: state.createdAt };
    this.games.updateValue(this.self, this.#id, () => entry);
    this.audience.show(this.#id, view);
    return view;
  }

  #view(state: GameState): GameView {
    const left = rules.statusOf(state) === 'playing' ? this.#clock?.read() : false;
    return viewOf(state, {
      isOnline: (playerId) => this.audience.isOnline(playerId),
      spectators: this.audience.spectators(this.#id, (playerId) => sideOf(state, playerId) !== undefined),
      turnEndsInMs: left === undefined || left === false ? null : left,
      session: { pid: String(this.self.pid), restored: this.#isRestored },
    });
  }
}
