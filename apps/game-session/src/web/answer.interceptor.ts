import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { finalize, map, type Observable } from 'rxjs';
import type { WebSocket } from 'ws';
import { refOf, UNREADABLE } from './frame.js';
import { InvalidInputError } from './invalid-input.error.js';
import { Sockets } from './sockets.js';

/**
 * Sends what a handler gives as the answer to its request: Nest would send it to somebody who does not read, too. Counts requests that
 * are under way: a stop waits for them.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(@Inject(Sockets) private readonly sockets: Sockets) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const ws = context.switchToWs();
    const ref = refOf(ws.getData());
    if (ref === null && ws.getPattern() !== UNREADABLE) {
      throw new InvalidInputError([{ field: 'ref', message: 'must be an integer, and not negative' }]);
    }
    const socket = this.sockets.find(ws.getClient<WebSocket>());
    this.sockets.begin();
    return next.handle().pipe(
      map((result: unknown) => socket?.answer({ ref, ok: true, result: result ?? null })),
      finalize(() => this.sockets.end()),
    );
  }
}
