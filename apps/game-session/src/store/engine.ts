import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { Clock } from '@rookery/genserver';
import type { Opener } from './database.js';
import { StoreStartError } from './errors.js';

/** What it is at may take so long at its end; then its thread is ended as it stands. Less than `shutdownMs` of the Repo. */
const CLOSE_MS = 5_000;

/** A PGlite that is open. */
export interface Engine {
  /** What it answers to messages of PostgreSQL's protocol. To be asked one after another. Rejects when it has died. */
  exchange(messages: Uint8Array): Promise<Uint8Array>;
  /** Resolves when it has ended: after what it is at, and all until `unused` resolves, if that does not take too long. */
  close(unused?: Promise<void>): Promise<void>;
}

/** In memory and in this thread, for tests: gone when it is closed. */
export async function engineInMemory(): Promise<Engine> {
  const pglite = await PGlite.create();
  const close = async (unused?: Promise<void>): Promise<void> => {
    await unused;
    await pglite.close();
  };
  return { exchange: (messages) => pglite.execProtocolRaw(messages), close };
}

/**
 * On a folder, in a thread of its own: a long statement keeps nobody waiting but those who need the database. When the signal fires
 * before it is open, the thread is ended as it stands, which a database survives.
 */
export async function engineInThread(folder: string, { clock, signal }: Opener): Promise<Engine> {
  const thread = new Worker(new URL('./pglite.worker.js', import.meta.url), { workerData: { folder }, name: 'pglite' });
  const end = (): void => void thread.terminate();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    const engine = new ThreadEngine(thread, clock);
    await engine.opened;
    return engine;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

interface Asked {
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

class ThreadEngine implements Engine {
  readonly opened: Promise<unknown>;
  #asked: Asked | undefined;
  #death: Error | undefined;

  constructor(
    private readonly thread: Worker,
    private readonly clock: Clock,
  ) {
    this.opened = new Promise((resolve, reject) => (this.#asked = { resolve, reject }));
    thread.on('message', (answer: Uint8Array) => this.#asked?.resolve(answer));
    thread.on('error', (error) => this.#died(error));
    thread.on('exit', () => this.#died(new StoreStartError('stopping', 'The thread of PGlite has ended.')));
  }

  exchange(messages: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      if (this.#death !== undefined) return reject(this.#death);
      const bytes = new Uint8Array(messages); // of a buffer that others share, which would be sent as a whole
      this.thread.postMessage(bytes, [bytes.buffer]);
    });
  }

  async close(unused?: Promise<void>): Promise<void> {
    const limit = this.clock.setTimer(CLOSE_MS, () => void this.thread.terminate()); // then who uses it hears of it, and lets go
    await unused;
    if (this.#death === undefined) {
      this.thread.postMessage('close');
      await once(this.thread, 'exit').catch(() => {}); // an error ends it, too
    }
    limit.cancel();
  }

  #died(why: Error): void {
    this.#death ??= why;
    this.#asked?.reject(why);
  }
}
