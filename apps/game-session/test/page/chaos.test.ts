import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { requests } from '../../src/web/protocol.js';

const page = readFileSync(new URL('../../public/index.html', import.meta.url), 'utf8');
const module = readFileSync(new URL('../../public/app/inside.js', import.meta.url), 'utf8');

test('the page has a button for all that can be broken, and something to say of it', () => {
  const harms = requests.chaos.options.flatMap(({ shape }) => shape.what.options);
  const buttons = [...page.matchAll(/data-chaos="(\w+)"/g)].map(([, what]) => what);
  expect(new Set(buttons)).toEqual(new Set(harms));
  for (const harm of harms) expect(module).toContain(`  ${harm}: '`);
});
