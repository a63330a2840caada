import type { Breaker } from './breaker.js';
import { checkFunction } from './checks.js';
import { checkWrapOptions, type WrapOptions } from './options.js';

/** Over any breaker: also one that is looked up by name for each call. */
export function wrapBy<This, Args extends readonly unknown[], T, Fallback>(
  breaker: Pick<Breaker, 'execute'>,
  fn: (this: This, ...args: Args) => T,
  options: WrapOptions<Args, Fallback>,
): (this: This, ...args: Args) => Promise<Awaited<T> | Awaited<Fallback>> {
  checkFunction('fn', fn);
  checkWrapOptions(options);
  const { fallback, callTimeoutMs } = options;
  const isPlain = fallback === undefined && callTimeoutMs === undefined;
  return function (this: This, ...args: Args) {
    const guarded = (): Awaited<T> | PromiseLike<Awaited<T>> => fn.apply(this, args as never) as Awaited<T>;
    if (isPlain) return breaker.execute(guarded);
    return breaker.execute<Awaited<T>, Fallback>(guarded, {
      ...(callTimeoutMs !== undefined && { callTimeoutMs }),
      ...(fallback !== undefined && { fallback: (error: unknown) => fallback(error, ...args) }),
    });
  };
}
