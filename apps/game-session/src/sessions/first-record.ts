import type { GameRecord } from '../store/records.js';

/**
 * The record of a game that was just opened, for its session, which then need not read it. To be taken once: the arguments of a child
 * are the same at each restart, and by then this record is old.
 */
export class FirstRecord {
  #record: GameRecord | undefined;

  constructor(record?: GameRecord) {
    this.#record = record;
  }

  take(): GameRecord | undefined {
    const record = this.#record;
    this.#record = undefined;
    return record;
  }
}
