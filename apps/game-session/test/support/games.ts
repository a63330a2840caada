import type { ServerRef } from '@rookery/genserver';
import type { Seats } from '../../src/store/records.js';
import type { Repo } from '../../src/store/repo.server.js';
import type { NewGame, NewMove } from '../../src/store/writes.js';

/** Rows for tests, as short to write as can be. */
export const ada = { id: 'ada', name: 'Ada', email: 'ada@example.org', tokenHash: 'hash of ada' };
export const bob = { id: 'bob', name: 'Bob', email: null, tokenHash: 'hash of bob' };

export const adaSeat = { kind: 'player', id: 'ada', name: 'Ada' } as const;
export const bobSeat = { kind: 'player', id: 'bob', name: 'Bob' } as const;
export const computer = { kind: 'computer', level: 3 } as const;

export function game(id: string, seats: Seats = [adaSeat, bobSeat], rematchOf: string | null = null): NewGame {
  return { id, seats, rematchOf };
}

export function move(gameId: string, ply: number, column = 3): NewMove {
  return { gameId, ply, column, ending: null, mails: [] };
}

/** Ada, Bob, and as many games of theirs: `game 0`, `game 1` … */
export async function openGames(repo: ServerRef<Repo>, count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, index) => `game ${index}`);
  await Promise.all([
    repo.call.addPlayer(ada),
    repo.call.addPlayer(bob),
    ...ids.map((id) => repo.call.openGame(game(id))),
  ]);
  return ids;
}

/** What became of each: `done`, or the reason of its error. */
export async function outcomes(calls: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : reasonOf(result.reason)));
}

function reasonOf(error: unknown): unknown {
  return error instanceof Error && 'reason' in error ? error.reason : error;
}
