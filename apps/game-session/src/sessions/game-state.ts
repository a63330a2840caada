import { type Board, type Column, drop, EMPTY_BOARD, isOver, replay, turnOf } from '../rules/connect-four.js';
import type { Ending, GameRecord, Level, Seat, Seats, Side } from '../store/records.js';
import type { GameReason } from './errors.js';

// What a game is and how it goes on: values in, values out. The session holds such a value, and stores what changes it.

/** Never changed, only replaced. */
export interface GameState {
  readonly id: string;
  readonly seats: Seats;
  readonly board: Board;
  readonly ending: Ending | null;
  readonly createdAt: Date;
  readonly rematch: { readonly offeredBy: readonly Side[]; readonly gameId: string | null };
}

export type Status = 'waiting' | 'playing' | 'finished';

/** `repeated`: it is so already, as when an answer was lost and its request came again. */
export type Transition =
  | { readonly kind: 'changed'; readonly state: GameState }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'refused'; readonly reason: GameReason };

const REPEATED: Transition = { kind: 'repeated' };

/** Throws when the moves of the record break the rules. */
export function stateOf(record: GameRecord): GameState {
  const { id, seats, moves, ending, createdAt } = record;
  const board = moves.length === 0 ? EMPTY_BOARD : replay(moves);
  return { id, seats, board, ending, createdAt, rematch: { offeredBy: [], gameId: null } };
}

export function statusOf({ ending, seats }: Pick<GameState, 'ending' | 'seats'>): Status {
  if (ending !== null) return 'finished';
  return seats[1] === null ? 'waiting' : 'playing';
}

/** Whose turn it is; null when it is nobody's. */
export function sideToMove(state: GameState): Side | null {
  return statusOf(state) === 'playing' ? turnOf(state.board) : null;
}

/** How well the computer plays that is to move; undefined if it is not. */
export function computerToMove(state: GameState): Level | undefined {
  const side = sideToMove(state);
  const seat = side === null ? null : state.seats[side];
  return seat?.kind === 'computer' ? seat.level : undefined;
}

export function sideOf({ seats }: Pick<GameState, 'seats'>, playerId: string): Side | undefined {
  const side = seats.findIndex((seat) => seat?.kind === 'player' && seat.id === playerId);
  return side === 0 || side === 1 ? side : undefined;
}

export function join(state: GameState, seat: Seat & { readonly kind: 'player' }): Transition {
  const side = sideOf(state, seat.id);
  if (side === 1) return REPEATED;
  if (side === 0) return refused('forbidden');
  if (state.ending !== null) return refused('game_over');
  if (state.seats[1] !== null) return refused('game_full');
  return changed({ ...state, seats: [state.seats[0], seat] });
}

/** `ply` is the number of the move, from 0: so the same move that comes twice is one move. */
export function move(state: GameState, side: Side | undefined, ply: number, column: Column): Transition {
  if (side === undefined) return refused('unknown_player');
  const { moves } = state.board;
  if (ply < moves.length) {
    return moves[ply] === column && turnOf({ moves: moves.slice(0, ply) }) === side ? REPEATED : refused('wrong_ply');
  }
  if (state.ending !== null) return refused('game_over');
  if (sideToMove(state) !== side) return refused('not_your_turn');
  if (ply > moves.length) return refused('wrong_ply');
  const result = drop(state.board, column);
  if (result.kind === 'illegal') return refused(result.objection);
  return changed({ ...state, board: result.board, ending: endingOf(result.board, side) });
}

/** By whoever's turn it is. */
export function moveOfTurn(state: GameState, column: Column): Transition {
  return move(state, sideToMove(state) ?? undefined, state.board.moves.length, column);
}

/** Who resigns before somebody came has opened a game that nobody plays. */
export function resign(state: GameState, side: Side | undefined): Transition {
  if (side === undefined) return refused('unknown_player');
  const { ending } = state;
  if (ending?.kind === 'resigned' && ending.winner === otherSide(side)) return REPEATED;
  if (ending !== null) return refused('game_over');
  return changed({ ...state, ending: endedBy(state, 'resigned', side) });
}

/** The turn clock, or that of a game that waits, has run out. */
export function timeUp(state: GameState): Transition {
  if (state.ending !== null) return REPEATED;
  return changed({ ...state, ending: endedBy(state, 'timeout', turnOf(state.board)) });
}

/** The computer always agrees. */
export function offerRematch(state: GameState, side: Side | undefined): Transition {
  if (side === undefined) return refused('unknown_player');
  if (state.ending === null) return refused('not_finished');
  const opponent = state.seats[otherSide(side)];
  if (opponent === null) return refused('not_finished'); // nobody has come, so there is nobody to agree
  const { offeredBy } = state.rematch;
  if (offeredBy.includes(side)) return REPEATED;
  const agreed: readonly Side[] = opponent.kind === 'computer' ? [0, 1] : [...offeredBy, side];
  return changed({ ...state, rematch: { ...state.rematch, offeredBy: agreed } });
}

/** Both want to play again, and the game for it is not there yet. */
export function isRematchDue({ rematch }: Pick<GameState, 'rematch'>): boolean {
  return rematch.offeredBy.length === 2 && rematch.gameId === null;
}

export function rematchOpened(state: GameState, gameId: string): GameState {
  return { ...state, rematch: { ...state.rematch, gameId } };
}

function endingOf(board: Board, mover: Side): Ending | null {
  if (board.line !== null) return { kind: 'line', winner: mover };
  return isOver(board) ? { kind: 'draw' } : null;
}

function endedBy(state: GameState, kind: 'resigned' | 'timeout', loser: Side): Ending {
  return state.seats[1] === null ? { kind: 'abandoned' } : { kind, winner: otherSide(loser) };
}

function otherSide(side: Side): Side {
  return side === 0 ? 1 : 0;
}

function changed(state: GameState): Transition {
  return { kind: 'changed', state };
}

function refused(reason: GameReason): Transition {
  return { kind: 'refused', reason };
}
