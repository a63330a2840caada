import { type Arena, playerOf } from './arena.js';

export const [ada, bob, eve] = [playerOf('ada'), playerOf('bob'), playerOf('eve')];

/** Ada, who begins, gets four upright in column 0. */
export const wonByAda: readonly number[] = [0, 1, 0, 1, 0, 1, 0];

/** A game of Ada and Bob, after these moves. Gives its id. */
export async function newGame(arena: Arena, moves: readonly number[] = []): Promise<string> {
  for (const player of [ada, bob]) if (!arena.disk.players.has(player.id)) arena.disk.players.set(player.id, player);
  const { id } = await arena.games.open(ada, 'anyone');
  await arena.games.join(bob, id);
  await play(arena, id, moves);
  return id;
}

export async function play({ games }: Arena, id: string, moves: readonly number[], from = 0): Promise<void> {
  for (const [index, column] of moves.entries()) {
    const ply = from + index;
    await games.move(ply % 2 === 0 ? ada : bob, id, ply, column);
  }
}

/** Ends the session of a game in the middle of whatever it does, and waits until all that follows has happened. */
export async function crash(arena: Arena, id: string): Promise<void> {
  arena.session(id).cast.crash();
  await arena.settle();
}
