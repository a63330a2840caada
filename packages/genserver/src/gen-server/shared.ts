/**
 * Where a server puts what others use directly, without its mailbox: a table that is read often and that no handler leaves half
 * changed. A field with this key, `readonly [shared] = new Map<string, number>()`, is found by `ref.shared`, as other processes
 * find a public ETS table of OTP by its name. It is no message.
 */
export const shared: unique symbol = Symbol('rookery.shared');

/** What a class of servers shares; never, if nothing. */
export type Shared<S> = S extends { readonly [shared]: infer T } ? T : never;
