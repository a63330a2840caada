// @ts-check

// Views as sentences. Nothing here touches the page.

/** @typedef {import('../../src/sessions/game-view.js').GameView} GameView */
/** @typedef {import('../../src/sessions/game-view.js').SeatView} SeatView */

/**
 * Where a player sits; null: nowhere, so they watch.
 * @param {GameView} game
 * @param {string} playerId
 * @returns {0 | 1 | null}
 */
export function sideOf({ seats }, playerId) {
  if (seats[0].playerId === playerId) return 0;
  return seats[1]?.playerId === playerId ? 1 : null;
}

/** @param {SeatView | null} seat */
export function nameOf(seat) {
  if (seat === null) return 'nobody yet';
  return seat.kind === 'computer' ? `Computer (level ${seat.level})` : seat.name;
}

/**
 * The one line above the board.
 * @param {GameView} game
 * @param {0 | 1 | null} mine
 * @returns {{ text: string, tone: 'calm' | 'mine' | 'good' }}
 */
export function statusOf(game, mine) {
  if (game.status === 'waiting') return { text: 'Waiting for an opponent', tone: 'calm' };
  if (game.ending !== null) return endOf(game, mine);
  if (game.turn === mine) return { text: 'Your turn', tone: 'mine' };
  return { text: `${nameOf(game.seats[game.turn ?? 0])} is to move`, tone: 'calm' };
}

/**
 * @param {GameView} game
 * @param {0 | 1 | null} mine
 * @returns {{ text: string, tone: 'calm' | 'good' }}
 */
function endOf({ ending, seats }, mine) {
  if (ending === null || ending.kind === 'abandoned') return { text: 'Nobody came to play', tone: 'calm' };
  if (ending.kind === 'draw') return { text: 'A draw', tone: 'calm' };
  const how = { line: '', resigned: ' by resignation', timeout: ' on time' }[ending.kind];
  if (ending.winner === mine) return { text: `You win${how}!`, tone: 'good' };
  return { text: `${nameOf(seats[ending.winner])} wins${how}`, tone: 'calm' };
}

/**
 * What a screen reader says after a change; empty: nothing worth a word.
 * @param {GameView | undefined} before
 * @param {GameView} now
 * @param {0 | 1 | null} mine
 */
export function changeIn(before, now, mine) {
  const status = statusOf(now, mine).text;
  if (before?.id !== now.id) return sentences(`${nameOf(now.seats[0])} against ${nameOf(now.seats[1])}`, status);
  if (before.moves.length === now.moves.length) return before.status === now.status ? '' : sentences(status);
  const last = now.moves.at(-1) ?? 0;
  const side = (now.moves.length - 1) % 2 === 0 ? 0 : 1;
  const who = side === mine ? 'You drop' : `${nameOf(now.seats[side])} drops`;
  return sentences(`${who} into column ${last + 1}`, status);
}

/** @param {readonly string[]} parts */
function sentences(...parts) {
  return parts.map((part) => (part.endsWith('!') ? part : `${part}.`)).join(' ');
}

/**
 * A column for screen readers, from the bottom up.
 * @param {GameView} game
 * @param {number} column
 */
export function columnLabel({ board, seats }, column) {
  const discs = board
    .map((row) => row[column])
    .toReversed()
    .filter((disc) => disc !== '.')
    .map((disc) => nameOf(seats[disc === 'x' ? 0 : 1]));
  if (discs.length === 0) return `Column ${column + 1}, empty`;
  return `Column ${column + 1}, ${discs.length === 6 ? 'full' : `${discs.length} of 6`}, from the bottom: ${discs.join(', ')}`;
}

/**
 * How long a player has been here, and when they last did something.
 * @param {{ startedAt: number, lastActivity: number }} player
 * @param {number} nowMs
 */
export function presenceOf({ startedAt, lastActivity }, nowMs) {
  const active = nowMs - lastActivity < 60_000 ? 'active now' : `active ${timeSince(lastActivity, nowMs)} ago`;
  return `here for ${timeSince(startedAt, nowMs)} · ${active}`;
}

/**
 * @param {number} atMs
 * @param {number} nowMs
 */
function timeSince(atMs, nowMs) {
  const seconds = Math.max(0, Math.round((nowMs - atMs) / 1000));
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

/** @param {number} ms */
export function clockTime(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
