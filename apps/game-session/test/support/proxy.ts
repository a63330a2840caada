import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of the bytes between an app and its database. */
type Line = 'through' | 'answers are lost' | 'silent';

/** Stands before a database, and takes the line away as networks do. */
export class Proxy {
  #line: Line = 'through';
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** Called with what an app sends. */
  onRequest: ((bytes: Buffer) => void) | undefined;

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#join(client));
  }

  static async create(target: number): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  set line(line: Line) {
    this.#line = line;
  }

  /** Ends all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {}); // `close` follows
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      this.onRequest?.(bytes);
      if (this.#line !== 'silent') server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (this.#line === 'through') client.write(bytes);
    });
  }
}
