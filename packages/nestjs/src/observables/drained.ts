import { InvalidOptionError } from '@rookery/genserver';

/** What can be full: a response of Node, say. */
export interface Drainable {
  readonly writableNeedDrain: boolean;
  once(event: 'close' | 'drain', listener: () => void): unknown;
  off(event: 'close' | 'drain', listener: () => void): unknown;
}

/**
 * For `ready` of `observe`: while `stream` is full, which is when a client reads more slowly than the state changes, values wait, and the latest wins.
 * Give it the response of an `@Sse()` route: `@Res() response` on Express, `reply.raw` on Fastify.
 */
export function drained(stream: Drainable): (signal: AbortSignal) => Promise<void> | undefined {
  if (typeof stream?.once !== 'function') throw new InvalidOptionError('stream', 'a writable stream of Node', stream);
  return (signal) => (stream.writableNeedDrain ? untilDrained(stream, signal) : undefined);
}

/** Also when it is closed, or nobody waits any more: then nothing follows. */
function untilDrained(stream: Drainable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
    signal.addEventListener('abort', done);
  });
}
