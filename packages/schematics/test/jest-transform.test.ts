import { runInNewContext } from 'node:vm';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { process as transform } from '../src/jest-transform.js';

const file = '/project/node_modules/@rookery/x/dist/a.js';

function load(source: string): Record<string, unknown> {
  const exports = {};
  const require = createRequire(import.meta.url);
  runInNewContext(transform(source, file).code, { exports, module: { exports }, require, __filename: file });
  return exports;
}

describe('the transform for Jest', () => {
  test('makes CommonJS of an ES module', () => {
    expect(load(`import { posix } from 'node:path';\nexport const path = posix.join('a', 'b');\n`)).toMatchObject({
      path: 'a/b',
    });
  });

  test('knows the URL of the module, which CommonJS does not', () => {
    const source = `export const url = import.meta.url;\nexport const next = new URL('./b.js', import.meta.url).href;\n`;
    const exports = load(`import { URL } from 'node:url';\n${source}`);
    expect(exports).toMatchObject({
      url: 'file:///project/node_modules/@rookery/x/dist/a.js',
      next: 'file:///project/node_modules/@rookery/x/dist/b.js',
    });
  });

  test('says where each line came from', () => {
    expect(JSON.parse(transform('export const a = 1;\n', file).map)).toMatchObject({ version: 3 });
  });
});
