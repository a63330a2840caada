import { Duplex } from 'node:stream';
import type { Engine } from './engine.js';

/** Begins the message with which a client says goodbye: PGlite goes on without it. */
const TERMINATE = 'X'.charCodeAt(0);

type Chunk = { readonly chunk: Uint8Array };
type Done = (error?: Error) => void;

/** What node-postgres takes for its socket: on the other side is not a server, but PGlite. */
export class EngineStream extends Duplex {
  constructor(private readonly engine: Engine) {
    super();
  }

  connect(): void {
    queueMicrotask(() => this.emit('connect'));
  }

  override _read(): void {
    // The answers come when they are there.
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    void this.#send(chunk, done);
  }

  /** The parts of a request come together, and go together. */
  override _writev(chunks: readonly Chunk[], done: Done): void {
    void this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  async #send(messages: Uint8Array, done: Done): Promise<void> {
    try {
      this.push(messages[0] === TERMINATE ? null : await this.engine.exchange(messages));
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    done();
  }

  // What a socket has, and nobody needs here.
  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}
}
