// @ts-check
import { byId, setText } from './dom.js';
import { clockTime } from './words.js';

const TICK_MS = 250;
const HURRY_MS = 15_000;

/** What is left of a turn. The server's clock decides; this one only shows. */
export class TurnClock {
  #root = byId('clock');
  #bar = byId('clock-left');
  #text = byId('clock-text');
  /** The whole of the turn, as far as it was seen. */
  #fullMs = 0;
  #endsAt = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {string} turn what the turn is called: while it is the same, its clock runs on
   * @param {number | null} endsInMs null: no clock runs
   */
  show(turn, endsInMs) {
    this.#root.hidden = endsInMs === null;
    if (endsInMs === null) return this.stop();
    this.#endsAt = performance.now() + endsInMs;
    this.#fullMs = this.#root.dataset['turn'] === turn ? Math.max(this.#fullMs, endsInMs) : endsInMs;
    this.#root.dataset['turn'] = turn;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick() {
    const leftMs = Math.max(0, this.#endsAt - performance.now());
    this.#bar.style.transform = `scaleX(${leftMs / this.#fullMs})`;
    this.#root.dataset['hurry'] = String(leftMs < HURRY_MS);
    setText(this.#text, clockTime(leftMs));
  }
}
