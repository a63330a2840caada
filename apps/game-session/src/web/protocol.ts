import type { TreeNode } from '@rookery/genserver';
import { z } from 'zod';
import type { GameSummary, GameView } from '../sessions/game-view.js';
import type { Standing } from '../store/records.js';
import { column, gameId, opponent, ply, token } from './input.js';
import type { Refusal } from './refusal.js';

// All that is said over a socket, as `{ "event": …, "data": … }`. A client asks: each request carries a number of its own, `ref`, and
// gets one `answer` with it. The server tells on its own what a client has asked to watch.

const ref = z.int('must be an integer').min(0, 'must not be negative');
const nothing = z.strictObject({ ref });
const ofGame = z.strictObject({ ref, id: gameId });

/** What can be asked, by the name of the event. */
export const requests = {
  /** The first one. A socket that does not say who it is within 5 s is closed. */
  hello: z.strictObject({ ref, token }),
  'lobby.watch': nothing,
  'lobby.unwatch': nothing,
  'game.open': z.strictObject({ ref, opponent }),
  /** Joins the game that has waited longest; opens one if none waits. */
  'game.quick': nothing,
  'game.join': ofGame,
  'game.watch': ofGame,
  'game.unwatch': ofGame,
  /** One that is stored already, as the answer to it was lost, is answered as if it was made now. */
  'game.move': z.strictObject({ ref, id: gameId, ply, column }),
  'game.resign': ofGame,
  /** Once both have asked, `rematch.gameId` of the game is the new one. */
  'game.rematch': ofGame,
  /** The token is asked for where OPERATOR_TOKEN is set. */
  'tree.watch': z.strictObject({ ref, operatorToken: token.optional() }),
  'tree.unwatch': nothing,
  chaos: z.discriminatedUnion(
    'what',
    [
      z.strictObject({ ref, what: z.enum(['crash_game', 'hang_game']), id: gameId }),
      z.strictObject({ ref, what: z.enum(['crash_user_manager', 'kill_thread', 'hang_thread']) }),
    ],
    'must be crash_game, hang_game, crash_user_manager, kill_thread or hang_thread',
  ),
};

export type RequestName = keyof typeof requests;

/** What a request carries, after it was checked. */
export type RequestData<Name extends RequestName> = z.infer<(typeof requests)[Name]>;

/** What a request is answered with when all went well. */
export interface Results {
  hello: Welcome;
  'lobby.watch': null;
  'lobby.unwatch': null;
  'game.open': GameView;
  'game.quick': GameView;
  'game.join': GameView;
  'game.watch': GameView;
  'game.unwatch': null;
  'game.move': GameView;
  'game.resign': GameView;
  'game.rematch': GameView;
  'tree.watch': null;
  'tree.unwatch': null;
  chaos: null;
}

/** Who one is, and what can be done here. */
export interface Welcome {
  readonly player: { readonly id: string; readonly name: string };
  /** Whether players may break things. */
  readonly chaos: boolean;
}

/** The answer to a request. `ref` is null when the request had none that could be read. */
export type Answer =
  | { readonly ref: number; readonly ok: true; readonly result: Results[RequestName] }
  | { readonly ref: number | null; readonly ok: false; readonly error: SocketError };

/** As over HTTP, but for the status, which is HTTP's. */
export type SocketError = Omit<Refusal, 'statusCode'>;

/** What the server tells on its own, by the name of the event. */
export interface Pushes {
  lobby: LobbyView;
  game: GameView;
  tree: TreeView;
  /** The server stops; another one takes over. After it the socket is closed with 1012. */
  restarting: { readonly reconnectInMs: number };
}

export interface LobbyView {
  readonly online: readonly OnlinePlayer[];
  readonly waiting: readonly GameSummary[];
  readonly playing: readonly GameSummary[];
  readonly leaderboard: readonly Standing[];
}

export interface OnlinePlayer {
  readonly id: string;
  readonly name: string;
  /** When the first of their sockets came, and when they last asked for anything: milliseconds since 1970. */
  readonly startedAt: number;
  readonly lastActivity: number;
}

export interface TreeView {
  readonly tree: readonly TreeNodeView[];
  /** The latest, oldest first. All of them each time: who is slow, and gets only some of these views, misses none. */
  readonly events: readonly TreeEventView[];
}

/** A node as the page draws it. Of thousands of children only some are sent, and of the others how many there are. */
export interface TreeNodeView extends Pick<
  TreeNode,
  'name' | 'kind' | 'strategy' | 'state' | 'restarts' | 'restartInMs'
> {
  /** Null while it does not run. */
  readonly pid: number | null;
  readonly children: readonly TreeNodeView[];
  readonly more: number;
}

export interface TreeEventView {
  /** Counts up. */
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'crashed' | 'restarted' | 'start_failed' | 'put_off' | 'killed' | 'gave_up';
  readonly text: string;
}
