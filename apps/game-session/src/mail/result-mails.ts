import type { Ending, GameRecord, NewMail, PlayerRecord, Seat, Side } from '../store/records.js';

// The mails about a game that is over: values in, values out. They are stored together with the ending, so that none is lost and
// none is sent of a game that did not end; the EmailWorker sends them.

/** What a mail needs to know of a game. */
export type EndedGame = Pick<GameRecord, 'id' | 'seats' | 'moves'>;

/** One mail for each player of the game who gave an address. `players` are those whose records are at hand. */
export function resultMails(game: EndedGame, ending: Ending, players: readonly PlayerRecord[]): readonly NewMail[] {
  if (ending.kind === 'abandoned') return []; // nobody played, nobody wants to hear of it
  return players.flatMap((player) => {
    const side = sideOf(game, player.id);
    return side === undefined || player.email === null ? [] : [mailTo(player.email, player, side, game, ending)];
  });
}

type Played = Exclude<Ending, { kind: 'abandoned' }>;

function mailTo(to: string, player: PlayerRecord, side: Side, game: EndedGame, ending: Played): NewMail {
  const opponent = nameOf(game.seats[side === 0 ? 1 : 0]);
  return {
    to,
    subject: `Connect Four: ${headline(side, ending)} against ${opponent}`,
    text: [
      `Hello ${player.name},`,
      `your game ${game.id} against ${opponent} is over after ${game.moves.length} moves. ${HOW[ending.kind]}`,
      'The moves, by column from the left:',
      game.moves.length === 0 ? 'none' : game.moves.map((column) => column + 1).join(' '),
    ].join('\n\n'),
  };
}

const HOW: Readonly<Record<Played['kind'], string>> = {
  line: 'It ended with four in a line.',
  resigned: 'It ended as one side resigned.',
  timeout: 'It ended as the time for a move was up.',
  draw: 'The board is full, and nobody has four in a line.',
};

function headline(side: Side, ending: Played): string {
  if (ending.kind === 'draw') return 'a draw';
  return ending.winner === side ? 'you won' : 'you lost';
}

function sideOf({ seats }: EndedGame, playerId: string): Side | undefined {
  const side = seats.findIndex((seat) => seat?.kind === 'player' && seat.id === playerId);
  return side === 0 || side === 1 ? side : undefined;
}

function nameOf(seat: Seat | null): string {
  if (seat === null) return 'nobody';
  return seat.kind === 'player' ? seat.name : `the computer (level ${seat.level})`;
}
