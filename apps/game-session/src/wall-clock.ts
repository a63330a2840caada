/** Tells the date. The runtime's clock tells elapsed time only, which setting the machine's date does not change. */
export type WallClock = () => Date;

/** The injection token of the wall clock; a test gives one of its own. */
export const WALL_CLOCK = Symbol('WallClock');

export const systemWallClock: WallClock = () => new Date();
