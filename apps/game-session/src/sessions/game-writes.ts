import { resultMails } from '../mail/result-mails.js';
import type { ServerRef } from '@rookery/genserver';
import type { NewMail } from '../store/records.js';
import type { Repo } from '../store/repo.server.js';
import type { GameState } from './game-state.js';

/** The Repo, as one asks it. */
export type Store = ServerRef<Repo>['call'];

/** Stores what has become of a game; the mails are stored together with its ending. */
export type Write = (store: Store, next: GameState, mails: readonly NewMail[]) => Promise<unknown>;

/** The last move of this state, and the ending if it was one. */
export const storeMove: Write = (store, { id, board: { moves }, ending }, mails) => {
  const [column = 0] = moves.slice(-1);
  return store.addMove({ gameId: id, ply: moves.length - 1, column, ending, mails });
};

export const storeEnding: Write = async (store, { id, ending }, mails) =>
  ending && store.endGame({ id, ending, mails });

/** The result of a game that is over, to those players who gave an address. */
export async function mailsOf(store: Store, { id, seats, board, ending }: GameState): Promise<readonly NewMail[]> {
  if (ending === null) return [];
  const playerIds = seats.flatMap((seat) => (seat?.kind === 'player' ? [seat.id] : []));
  return resultMails({ id, seats, moves: board.moves }, ending, await store.playersById(playerIds));
}
