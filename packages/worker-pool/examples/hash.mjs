import { createHash } from 'node:crypto';

/** What a thread runs. @param {{ text: string, rounds: number }} input */
export function hash({ text, rounds }) {
  if (text === '') throw Object.assign(new RangeError('nothing to hash'), { code: 'E_EMPTY' });
  let digest = text;
  for (let round = 0; round < rounds; round++) digest = createHash('sha256').update(digest).digest('hex');
  return digest.slice(0, 12);
}
