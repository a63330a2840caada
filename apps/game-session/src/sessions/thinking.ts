import { Logger } from '@nestjs/common';
import { type Self, Task, TaskReply } from '@rookery/genserver';
import type { Computer } from '../computer/computer.js';
import type { Column } from '../rules/connect-four.js';
import { computerToMove, type GameState } from './game-state.js';

/** What the computer thinks about one game: in a task, so that the session takes messages meanwhile. It ends with the session. */
export class Thinking {
  readonly #logger = new Logger('GameSession');
  #task: Task<Column | undefined> | undefined;

  constructor(private readonly computer: Computer) {}

  /** Asks the computer if it is to move. What it still thinks about an older position is of no use any more: the thread is for others. */
  begin(self: Self, state: GameState | undefined): void {
    const level = state && computerToMove(state);
    void this.#task?.shutdown('brutal_kill'); // it has nothing to tidy up
    this.#task = undefined;
    if (state === undefined || level === undefined) return;
    const { id, board } = state;
    const chance = self.random();
    this.#task = Task.async(
      self,
      ({ signal }) =>
        this.computer.choose({ moves: board.moves, level, chance, signal }).catch((error: unknown) => {
          this.#logger.warn(`The computer gave no move for game ${id}: ${String(error)}`);
          return undefined; // it is asked again: no crash of the session, which is linked
        }),
      { asMessage: true },
    );
  }

  /** Whether this message is the answer that counts. Its column is undefined when the computer has failed. */
  isAnswer(message: unknown): message is TaskReply<Column | undefined> {
    return message instanceof TaskReply && message.ref === this.#task?.ref;
  }
}
