import type { WriteRefusedError } from '../errors.js';
import type { Orm } from '../orm.js';
import type { Batch, BatchedWrite } from '../write-batch.js';
import type { GameEnd, NewMove, Write } from '../writes.js';
import { deleteFinishedGames, deleteIdlePlayers } from './cleanup.js';
import { endGames } from './endings.js';
import { insertGames, joinGames } from './games.js';
import { countFailure, deleteMail } from './mails.js';
import { insertMoves } from './moves.js';
import { insertPlayers } from './players.js';

/** Writes a batch, one statement for each kind. Returns what was refused; everything else is done once this is on disk. */
export async function writeBatch(orm: Orm, batch: Batch): Promise<ReadonlyMap<unknown, WriteRefusedError>> {
  const { players, games, joins, moves, endings } = batch;
  const refused = new Map<unknown, WriteRefusedError>();
  const note = (more: ReadonlyMap<unknown, WriteRefusedError>): void => {
    for (const [row, error] of more) refused.set(row, error);
  };
  if (players.length > 0) note(await insertPlayers(orm, players));
  if (games.length > 0) note(await insertGames(orm, games));
  if (joins.length > 0) note(await joinGames(orm, joins));
  if (moves.length > 0) note(await insertMoves(orm, moves));
  const ends = new Map<GameEnd, NewMove | GameEnd>([
    ...endings.map((end) => [end, end] as const),
    ...endsOf(moves, refused),
  ]);
  if (ends.size > 0) {
    for (const [end, error] of await endGames(orm, [...ends.keys()])) refused.set(ends.get(end), error);
  }
  return refused;
}

/** One of the kinds that are a statement of their own. Returns what its caller gets. */
export function writeAlone(orm: Orm, write: Exclude<Write, BatchedWrite>): Promise<number | void> {
  if (write.kind === 'mail_sent') return deleteMail(orm, write.id);
  if (write.kind === 'mail_failed') return countFailure(orm, write);
  return write.kind === 'delete_games'
    ? deleteFinishedGames(orm, write.deletion)
    : deleteIdlePlayers(orm, write.deletion);
}

/** The endings that came with moves, each with its move. A move that was refused ends nothing. */
function endsOf(
  moves: readonly NewMove[],
  refused: ReadonlyMap<unknown, WriteRefusedError>,
): readonly (readonly [GameEnd, NewMove])[] {
  return moves.flatMap((move) => {
    const { gameId: id, ending, mails } = move;
    return ending === null || refused.has(move) ? [] : [[{ id, ending, mails }, move] as const];
  });
}
