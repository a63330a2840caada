import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import type { PlayerRecord } from '../store/records.js';
import { UserManager } from '../users/user-manager.server.js';
import { AccessError } from './errors.js';

/** What the guards need of a request. */
export interface HttpRequest {
  readonly headers: { readonly authorization?: string | undefined };
  player?: PlayerRecord;
}

const BEARER = /^Bearer (\S{1,200})$/i;

export function tokenOf({ headers }: HttpRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

/** In front of routes where a player acts: the token says who. */
@Injectable()
export class PlayerGuard implements CanActivate {
  constructor(@InjectServer(UserManager) private readonly users: ServerRef<UserManager>) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const token = tokenOf(request);
    const player = token === undefined ? undefined : await this.users.call.byToken(token);
    if (player === undefined) throw new AccessError('unauthorized');
    request.player = player;
    return true;
  }
}

/** The player that PlayerGuard has let in. */
export const CurrentPlayer = createParamDecorator((_: unknown, context: ExecutionContext): PlayerRecord | undefined => {
  return context.switchToHttp().getRequest<HttpRequest>().player;
});
