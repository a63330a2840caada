import { createHash, randomBytes } from 'node:crypto';

// What a player proves with that they are themselves. The store keeps only hashes: who steals it can act for nobody.

const BYTES = 32;
/** Base64url without padding. */
const FORM = /^[A-Za-z0-9_-]{43}$/;

export function newToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** Whether it could be one; what could not need not be looked for. */
export function isToken(text: string): boolean {
  return FORM.test(text);
}

/** No salt and no slow hash: a token is random, so nobody can guess it from its hash. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
