import {
  type ExitReason,
  InvalidOptionError,
  type Milliseconds,
  NoProcessError,
  ProcessExitedError,
  type StateWatcher,
  type WatchOptions,
} from '@rookery/genserver';
import { Observable } from 'rxjs';
import { LatestValue } from './latest-value.js';

/** What can be observed: the ref of a server, or of an agent. */
export interface Watchable<State> {
  watch(watcher: StateWatcher<State>, options?: WatchOptions): () => void;
  toString(): string;
}

/** How to observe. */
export interface ObserveOptions<T> {
  /** Whether a value says nothing new after the one before. Default `Object.is`. */
  readonly equals?: (previous: T, next: T) => boolean;
  /**
   * Asked after each value whether the consumer can take another one: undefined if it can, else a promise of when. Until then the latest value
   * waits, and takes the place of those before. `signal` fires when nobody listens any more. Default: it always can.
   */
  readonly ready?: (signal: AbortSignal) => PromiseLike<unknown> | undefined;
  /** How long nobody may hold the name of the server before that is an end. Default 5000. */
  readonly downMs?: Milliseconds;
}

/**
 * The state of a server, or what `selector` makes of it, as a stream: the value as it is now, then each that differs from the one before. Of several
 * changes in one go only the last is seen. `selector` runs after each message of the server, so let it be quick.
 *
 * By name it goes on with the process that a restart brings. It completes when the server has ended with `normal` or `shutdown` and does not come
 * back, errs with a ProcessExitedError when it ended otherwise, with a NoProcessError when there was none, and with what `selector`,
 * `equals` or `ready` throw. Each subscriber watches for itself (`share()` for many); unsubscribing leaves nothing behind.
 */
export function observe<State>(ref: Watchable<State>): Observable<State>;
export function observe<State, T>(
  ref: Watchable<State>,
  selector: (state: State) => T,
  options?: ObserveOptions<T>,
): Observable<T>;
export function observe<State>(
  ref: Watchable<State>,
  selector: (state: State) => unknown = (state) => state,
  options: ObserveOptions<unknown> = {},
): Observable<unknown> {
  const { equals = Object.is, ready, downMs } = options;
  check({ ref, selector, equals, ready });
  return new Observable((subscriber) => {
    const latest = new LatestValue<unknown>(subscriber, { equals, ready });
    const state = (now: State): void => latest.offer(() => selector(now));
    const ended = (reason: ExitReason): void => end(latest, String(ref), reason);
    const stop = ref.watch({ state, ended }, downMs === undefined ? {} : { downMs });
    return () => {
      stop();
      latest.close();
    };
  });
}

function end(latest: LatestValue<unknown>, server: string, reason: ExitReason): void {
  if (reason.kind === 'normal' || reason.kind === 'shutdown') latest.complete();
  else if (reason.kind === 'noproc') latest.error(new NoProcessError(server, 'observe'));
  else latest.error(new ProcessExitedError(server, 'observe', reason));
}

function check({ ref, selector, equals, ready }: Record<'ref' | 'selector' | 'equals' | 'ready', unknown>): void {
  const watchable = ref as Partial<Watchable<unknown>> | undefined;
  if (typeof watchable?.watch !== 'function') {
    throw new InvalidOptionError('ref', 'the ref of a server or of an agent', ref);
  }
  if (typeof selector !== 'function') throw new InvalidOptionError('selector', 'a function of the state', selector);
  if (typeof equals !== 'function') throw new InvalidOptionError('equals', 'a function of two values', equals);
  if (ready === undefined || typeof ready === 'function') return;
  throw new InvalidOptionError('ready', 'a function that gives a promise or undefined', ready);
}
