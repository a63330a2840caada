import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Both sockets of a TLS connection, and the stand-in that HTTP/2 gives to requests, tell the same peer. */
type Peer = string | Socket;

/** What of a server is used here: HTTP, HTTPS and HTTP/2 have it. */
export type WatchedServer = Pick<Server, 'on' | 'off' | 'listenerCount'> & {
  keepAliveTimeout?: number;
  closeIdleConnections?: () => void;
};

/**
 * The open connections of an HTTP server, and which of them have a request in progress. Node's own `closeAllConnections`
 * leaves out upgraded connections and `closeIdleConnections` those that never sent a request, but `close` waits for both. And
 * `closeIdleConnections` cuts an answer that is still going out, with all that are to follow it on the same connection.
 */
export class OpenConnections {
  readonly #sockets = new Map<Peer, Socket>();
  /** The latest of each connection. With HTTP/1 answers go out in order, so while a request is in progress its last answer is open. */
  readonly #answers = new WeakMap<Socket, ServerResponse>();
  /** Of HTTP/2, where many are in progress at a time, how many of each; who has none is not in it. */
  readonly #streams = new Map<Peer, number>();
  readonly #upgraded = new Set<Peer>();
  #state: 'open' | 'closing' | 'cut' = 'open';
  #watchesUpgrades = false;
  /** As it was. */
  #closeIdleConnections: (() => void) | undefined;

  constructor(private readonly server: WatchedServer) {
    server.on('connection', this.#onConnection);
    server.on('secureConnection', this.#onConnection);
    server.on('request', this.#onRequest);
  }

  /** Closes those that nobody waits on; the others as soon as their answer has gone out. Upgraded ones are their owner's. */
  closeIdle(): void {
    this.#state = 'closing';
    this.#closeIdleConnections ??= this.server.closeIdleConnections;
    // The server's `close` asks for it, and Fastify does.
    if (this.#closeIdleConnections !== undefined) this.server.closeIdleConnections = () => this.#closeIdle();
    if (this.server.keepAliveTimeout !== undefined) this.server.keepAliveTimeout = 1; // told to clients in the last answers
    this.#closeIdle();
  }

  /** Cuts all that is open, and whatever still comes; returns how many there were. */
  cutAll(): number {
    this.#state = 'cut';
    const sockets = [...this.#sockets.values()];
    for (const socket of sockets) socket.destroy();
    return sockets.length;
  }

  stop(): void {
    this.server.off('connection', this.#onConnection);
    this.server.off('secureConnection', this.#onConnection);
    this.server.off('request', this.#onRequest);
    this.server.off('upgrade', this.#onUpgrade);
    if (this.#closeIdleConnections !== undefined) this.server.closeIdleConnections = this.#closeIdleConnections;
  }

  #closeIdle(): void {
    for (const [peer, socket] of this.#sockets) {
      const answer = this.#answers.get(socket);
      if (!this.#isBusy(peer, socket)) socket.destroy();
      else if (answer !== undefined) this.#closeAfter(answer, socket);
    }
  }

  readonly #onConnection = (socket: Socket): void => {
    if (this.#state === 'cut') return void socket.destroy();
    const peer = peerOf(socket);
    this.#sockets.set(peer, socket);
    socket.once('close', () => this.#forget(peer, socket));
    this.#watchUpgrades();
  };

  /** Runs for each request: while nothing closes it only notes. */
  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.httpVersionMajor > 1) return this.#countStream(request, response);
    this.#answers.set(request.socket, response);
    if (this.#state === 'closing') this.#closeAfter(response, request.socket);
  };

  #closeAfter(response: ServerResponse, socket: Socket): void {
    if (response.closed) return;
    response.once('close', () => {
      if (this.#answers.get(socket) === response && !this.#upgraded.has(peerOf(socket))) socket.destroySoon();
    });
  }

  #countStream(request: IncomingMessage, response: ServerResponse): void {
    const peer = peerOf(request.socket);
    this.#count(peer, 1);
    response.once('close', () => {
      this.#count(peer, -1);
      const socket = this.#sockets.get(peer);
      if (this.#state === 'closing' && socket !== undefined && !this.#isBusy(peer, socket)) socket.destroySoon();
    });
  }

  readonly #onUpgrade = ({ socket }: IncomingMessage): void => {
    this.#upgraded.add(peerOf(socket));
  };

  /** Only beside a listener of somebody else: without any, Node answers an upgrade as an ordinary request. */
  #watchUpgrades(): void {
    if (this.#watchesUpgrades || this.server.listenerCount('upgrade') === 0) return;
    this.#watchesUpgrades = true;
    this.server.on('upgrade', this.#onUpgrade);
  }

  #isBusy(peer: Peer, socket: Socket): boolean {
    const answer = this.#answers.get(socket);
    return this.#upgraded.has(peer) || this.#streams.has(peer) || (answer !== undefined && !answer.closed);
  }

  #count(peer: Peer, change: 1 | -1): void {
    const streams = (this.#streams.get(peer) ?? 0) + change;
    if (streams > 0) this.#streams.set(peer, streams);
    else this.#streams.delete(peer);
  }

  #forget(peer: Peer, socket: Socket): void {
    if (this.#sockets.get(peer) !== socket) return; // the socket below a TLS connection
    this.#sockets.delete(peer);
    this.#upgraded.delete(peer);
  }
}

/** A socket without a port is one of a Unix domain socket. */
function peerOf(socket: Socket): Peer {
  return socket.remotePort === undefined ? socket : `${socket.remoteAddress} ${socket.remotePort}`;
}
