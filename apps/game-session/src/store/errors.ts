/** What the store says no with. `reason` is for programs, the message for people. */
abstract class StoreError extends Error {
  abstract readonly reason: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** Why a write cannot be: the store knows something that its caller does not. */
export type Refusal =
  | 'unknown_game'
  | 'unknown_player'
  | 'game_over'
  | 'game_full'
  | 'game_exists'
  | 'player_exists'
  | 'wrong_ply'
  | 'invalid_input';

/** The write makes no sense to the database, and nothing of it is there. To repeat it is of no use: read what is there. */
export class WriteRefusedError extends StoreError {
  constructor(
    readonly reason: Refusal,
    /** The id of the game or player it was about. */
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(MESSAGES[reason](id), options);
  }
}

const MESSAGES: Readonly<Record<Refusal, (id: string) => string>> = {
  unknown_game: (id) => `There is no game ${id}.`,
  unknown_player: (id) => `A player of game ${id} is not known.`,
  game_over: (id) => `Game ${id} is over.`,
  game_full: (id) => `Game ${id} has both its players.`,
  game_exists: (id) => `There is another game ${id}, or another rematch of the same game.`,
  player_exists: (id) => `There is another player ${id}.`,
  wrong_ply: (id) =>
    `Game ${id} is not where this move belongs: another one is stored there, or the one before is missing.`,
  invalid_input: (id) => `What was to be written of ${id} is nothing the database can hold.`,
};

/** What kept the store from answering. */
export type Unavailability = 'away' | 'overloaded' | 'stopping';

/** The database did not answer in time, or too much waits for it. It may be back in a moment. */
export class StoreUnavailableError extends StoreError {
  readonly reason = 'store_unavailable';

  constructor(
    readonly why: Unavailability,
    /** Whether it may have been written, or may still be, all the same: then read before anything else. False: it never will be. */
    readonly inDoubt: boolean,
    options?: ErrorOptions,
  ) {
    super(
      `${UNAVAILABLE[why]} ${inDoubt ? 'It may have been written all the same.' : 'Nothing was written.'}`,
      options,
    );
  }
}

const UNAVAILABLE: Readonly<Record<Unavailability, string>> = {
  away: 'The database did not answer in time.',
  overloaded: 'Too much waits for the database.',
  stopping: 'The store stops.',
};

export type StartProblem =
  | 'bad_url'
  | 'bad_folder'
  | 'folder_in_use'
  | 'unreachable'
  | 'access_denied'
  | 'newer_schema'
  | 'migration_failed'
  | 'stopping';

/** The database cannot be used as it is: somebody has to change a setting, or something on the machine. Or nobody wants it any more: `stopping`. */
export class StoreStartError extends StoreError {
  constructor(
    readonly reason: StartProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** No connection was to be had, so nothing was sent. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
