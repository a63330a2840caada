import type { Milliseconds } from '@rookery/genserver';
import { rowsOf } from '../rules/connect-four.js';
import type { Seat } from '../store/records.js';
import { type GameState, sideToMove, statusOf } from './game-state.js';
import type { GameSummary, GameView, SeatView } from './game-view.js';

/** What the game itself does not know. */
export interface Surroundings {
  isOnline(playerId: string): boolean;
  readonly spectators: number;
  readonly turnEndsInMs: Milliseconds | null;
  readonly session: GameView['session'];
}

export function viewOf(state: GameState, around: Surroundings): GameView {
  const { id, board, ending, rematch } = state;
  return {
    id,
    status: statusOf(state),
    seats: seatViews(state, around),
    board: rowsOf(board),
    moves: board.moves,
    line: board.line,
    turn: sideToMove(state),
    turnEndsInMs: around.turnEndsInMs,
    ending,
    spectators: around.spectators,
    rematch,
    session: around.session,
  };
}

export function summaryOf({ id, status, seats, moves, spectators }: GameView): GameSummary {
  return { id, status, seats, moves: moves.length, spectators };
}

function seatViews({ seats }: GameState, around: Surroundings): GameView['seats'] {
  return [seatView(seats[0], around), seats[1] && seatView(seats[1], around)];
}

function seatView(seat: Seat, around: Surroundings): SeatView {
  if (seat.kind === 'computer') {
    const { level } = seat;
    return { kind: 'computer', name: `Computer (level ${level})`, playerId: null, level, online: true };
  }
  return { kind: 'player', name: seat.name, playerId: seat.id, level: null, online: around.isOnline(seat.id) };
}
