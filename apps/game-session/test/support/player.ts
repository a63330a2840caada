import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Answer, RequestName, Results, SocketError } from '../../src/web/protocol.js';

type Message = { readonly event: string; readonly data: unknown };

/** For what never comes: nothing waits this long when all is well. */
const LIMIT_MS = 60_000;

/** The server said no. */
export class RefusedError extends Error {
  constructor(readonly error: SocketError) {
    super(`${error.reason}: ${error.message}`);
  }
}

/** A browser's end of a socket, without a browser. */
export class PlayerClient {
  /** All that came and was not an answer, oldest first. */
  readonly heard: Message[] = [];
  readonly #answers = new Map<number | null, Answer>();
  readonly #looks = new Set<() => void>();
  #ref = 0;
  #closed: { readonly code: number } | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (raw: Buffer) => this.#hear(JSON.parse(raw.toString()) as Message));
    socket.on('close', (code) => {
      this.#closed = { code };
      this.#look();
    });
    socket.on('error', () => {}); // `closed` tells
  }

  /** Connects, and says nothing. */
  static async connect(url: string): Promise<PlayerClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    const client = new PlayerClient(socket);
    await once(socket, 'open');
    return client;
  }

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Joins over HTTP, and says hello. */
  static async join(
    url: string,
    name: string,
  ): Promise<PlayerClient & { readonly token: string; readonly id: string }> {
    const response = await fetch(`${url}/api/players`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    const { player, token } = (await response.json()) as { player: { id: string }; token: string };
    const client = await PlayerClient.connect(url);
    await client.ask('hello', { token });
    return Object.assign(client, { token, id: player.id });
  }

  /** Rejects with a RefusedError. */
  async ask<Name extends RequestName>(event: Name, data: object = {}): Promise<Results[Name]> {
    const ref = ++this.#ref;
    this.socket.send(JSON.stringify({ event, data: { ref, ...data } }));
    const answer = await this.answer(ref);
    if (!answer.ok) throw new RefusedError(answer.error);
    return answer.result as Results[Name];
  }

  /** The answer to a request that was sent by hand. */
  answer(ref: number | null): Promise<Answer> {
    return this.#until(`an answer to ${ref}`, () => this.#answers.get(ref));
  }

  /** The first news of this kind, from now on or before, that are as wanted. */
  hears<T>(event: string, isWanted: (data: T) => boolean = () => true): Promise<T> {
    return this.#until(`news of ${event}`, () => {
      return this.heard.find((message) => message.event === event && isWanted(message.data as T))?.data as
        T | undefined;
    });
  }

  /** The code with which it is closed. */
  async closed(): Promise<number> {
    return (await this.#until('the end', () => this.#closed)).code;
  }

  close(): void {
    this.socket.terminate();
  }

  #hear(message: Message): void {
    if (message.event === 'answer') this.#answers.set((message.data as Answer).ref, message.data as Answer);
    else this.heard.push(message);
    this.#look();
  }

  #look(): void {
    for (const look of this.#looks) look();
  }

  async #until<T>(what: string, find: () => T | undefined): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let look = (): void => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        look = () => {
          const found = find();
          if (found !== undefined) resolve(found);
          else if (this.#closed !== undefined)
            reject(new Error(`closed with ${this.#closed.code} before ${what} came`));
        };
        timer = setTimeout(() => reject(new Error(`${what} did not come`)), LIMIT_MS);
        this.#looks.add(look);
        look();
      });
    } finally {
      clearTimeout(timer);
      this.#looks.delete(look);
    }
  }
}
