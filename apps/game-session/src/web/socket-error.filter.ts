import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { refOf } from './frame.js';
import { ourMistake, refusalOf } from './refusal.js';
import { Sockets } from './sockets.js';

/** Where failures become answers over sockets. */
@Catch()
export class SocketErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger(SocketErrorFilter.name);

  constructor(@Inject(Sockets) private readonly sockets: Sockets) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { statusCode: _, ...told } = refusalOf(error);
    if (told.reason === ourMistake.reason) this.#logger.error(error);
    const ws = host.switchToWs();
    const socket = this.sockets.find(ws.getClient<WebSocket>());
    socket?.answer({ ref: refOf(ws.getData()), ok: false, error: told });
  }
}
