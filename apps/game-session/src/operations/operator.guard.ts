import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type HttpRequest, tokenOf } from '../web/bearer.js';
import { Operators } from './operators.js';

/** In front of routes for operators. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(@Inject(Operators) private readonly operators: Operators) {}

  canActivate(context: ExecutionContext): true {
    this.operators.check(tokenOf(context.switchToHttp().getRequest<HttpRequest>()));
    return true;
  }
}
