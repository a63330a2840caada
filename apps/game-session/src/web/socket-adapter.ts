import { type INestApplication, Logger } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { WebSocket, WebSocketServer } from 'ws';
import { readFrame } from './frame.js';

/** Nest's, but for what is no mistake of ours. */
export class SocketAdapter extends WsAdapter {
  readonly #logger = new Logger(SocketAdapter.name);

  constructor(app: INestApplication) {
    super(app, { messageParser: (raw) => readFrame(raw) });
  }

  /**
   * A frame that is too large or no frame at all, and a network that is gone: ws has closed the socket already. Nest would log each as
   * an error with its stack, and anybody could fill the log.
   */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    server.on('connection', (socket: WebSocket) => {
      socket.on('error', ({ message }) => this.#logger.debug(`A socket was closed: ${message}`));
    });
    return server.on('error', (error) => this.#logger.error(error));
  }
}
