const CODES = { red: 31, green: 32, yellow: 33, blue: 34, cyan: 36, dim: 2, bold: 1 } as const;

/** Colours text, or leaves it as it is. */
export type Paint = (colour: keyof typeof CODES, text: string) => string;

export const plain: Paint = (_, text) => text;

export const coloured: Paint = (colour, text) =>
  `\u001B[${CODES[colour]}m${text}\u001B[${colour === 'bold' || colour === 'dim' ? 22 : 39}m`;
