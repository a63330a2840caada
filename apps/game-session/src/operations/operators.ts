import { createHash, timingSafeEqual } from 'node:crypto';
import type { Settings } from '../settings.js';
import { AccessError } from '../web/errors.js';

/** Who may see the inside of the app: who has the operator token; without one set everybody, but in production nobody. */
export class Operators {
  constructor(private readonly settings: Pick<Settings, 'operatorToken' | 'isProduction'>) {}

  /** Throws an AccessError. */
  check(token: string | undefined): void {
    if (!this.isOne(token)) throw new AccessError('forbidden');
  }

  isOne(token: string | undefined): boolean {
    const { operatorToken, isProduction } = this.settings;
    if (operatorToken === null) return !isProduction;
    return token !== undefined && isSame(token, operatorToken);
  }
}

/** Takes as long for any two texts, so that the time tells nothing of the token. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return first !== undefined && second !== undefined && timingSafeEqual(first, second);
}
