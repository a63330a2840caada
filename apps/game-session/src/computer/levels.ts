import type { Level } from '../store/records.js';

/** How many moves ahead the computer looks. At level 5 to the end of the game, or until time is up. */
export const DEPTHS: Readonly<Record<Level, number>> = { 1: 1, 2: 3, 3: 5, 4: 9, 5: 42 };
