import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { AccessError } from './errors.js';
import { Sockets } from './sockets.js';

/** In front of every request of a socket: not too many, nothing before `hello`, and nothing new when the app stops. */
@Injectable()
export class SocketGuard implements CanActivate {
  constructor(@Inject(Sockets) private readonly sockets: Sockets) {}

  canActivate(context: ExecutionContext): true {
    const ws = context.switchToWs();
    const socket = this.sockets.of(ws.getClient<WebSocket>());
    if (this.sockets.isStopping) throw new AccessError('restarting');
    this.sockets.limit(socket);
    if (socket.entered === undefined && ws.getPattern() !== 'hello') throw new AccessError('unauthorized');
    socket.entered?.session.cast.touch();
    return true;
  }
}
