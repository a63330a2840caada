import type { GameTimes } from './turn-clock.js';

/** The injection token of the GameSettings, which are a part of the app's settings. */
export const GAME_SETTINGS = Symbol('GameSettings');

export interface GameSettings extends GameTimes {
  /** As many may run at a time. */
  readonly maxGames: number;
}
