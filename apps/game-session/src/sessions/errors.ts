/** Why a session, or who finds one, says no. */
export type GameReason =
  | 'unknown_game'
  | 'unknown_player'
  | 'forbidden'
  | 'not_your_turn'
  | 'column_full'
  | 'game_over'
  | 'game_full'
  | 'not_waiting'
  | 'not_finished'
  | 'wrong_ply'
  | 'too_many_games'
  | 'too_many_own_games'
  | 'too_many_watched'
  | 'restarting';

const MESSAGES: Readonly<Record<GameReason, string>> = {
  unknown_game: 'There is no such game.',
  unknown_player: 'You do not play in this game.',
  forbidden: 'Nobody plays against themselves.',
  not_your_turn: 'It is not your turn.',
  column_full: 'The column is full.',
  game_over: 'The game is over.',
  game_full: 'Two play this game already.',
  not_waiting: 'This game waits for nobody.',
  not_finished: 'The game is not over yet.',
  wrong_ply: 'The game is at another move: look at it before you move.',
  too_many_games: 'As many games run as this server takes. Try again later.',
  too_many_own_games: 'You have as many games open as a player may have: one must end first.',
  too_many_watched: 'So much cannot be watched at a time.',
  restarting: 'The game is being restarted. Try again in a moment.',
};

/** What players can get wrong, and what they may live to see. Servers say so by `refuse()`, and live on. */
export class GameError extends Error {
  override readonly name = 'GameError';

  /** `reason` is for programs, the message for people; it is that of the reason unless there is more to say. */
  constructor(
    readonly reason: GameReason,
    { message = MESSAGES[reason], ...options }: ErrorOptions & { readonly message?: string } = {},
  ) {
    super(message, options);
  }
}
