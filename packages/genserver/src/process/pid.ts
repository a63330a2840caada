declare const pid: unique symbol;

/** Identifies one process of one runtime. Counted up from 1 and never used again. */
export type Pid = number & { readonly [pid]: true };
