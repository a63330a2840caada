import { expect, test } from '@jest/globals';
import { citationsIn } from '../../src/page/citations.js';

function cited(source: string): readonly string[] {
  return citationsIn('x.test.ts', source).map(({ id, test: name }) => `${id} ${name}`);
}

test.each([
  ['the name of a test', `test('a (ABC-001)', () => {});`, ['ABC-001 a (ABC-001)']],
  ['two ids in one name', `it("ABC-001, ABC-002", f);`, ['ABC-001 ABC-001, ABC-002', 'ABC-002 ABC-001, ABC-002']],
  ['a group', `describe('g (ABC-001)', () => { test('t', f); });`, ['ABC-001 g (ABC-001)']],
  ['a test in a group', `describe('g', () => { test.only('t ABC-001', f); });`, ['ABC-001 t ABC-001']],
  ['a template', 'test(`n ${x} (ABC-001)`, f);', ['ABC-001 n … (ABC-001)']],
  ['a sum', `test('long ' + 'ABC-001', f);`, ['ABC-001 long ABC-001']],
  ['the name of a table', `test.each([[1]])('%s (ABC-001)', f);`, ['ABC-001 %s (ABC-001)']],
  ['rows of a table', `test.each([['ABC-001', 1], ['ABC-002', 2]])('%s', f);`, ['ABC-001 %s', 'ABC-002 %s']],
  ['rows of a constant table', `const T = [{ id: 'ABC-001' }] as const; describe.each(T)('$id', f);`, ['ABC-001 $id']],
  ['a table of a table', `const A = ['ABC-001']; const T = [...A]; test.each(T)('%s', f);`, ['ABC-001 %s']],
])('an id counts in %s', (_, source, expected) => {
  expect(cited(source)).toEqual(expected);
});

test.each([
  ['a comment', `// ABC-001\ntest('a', f); /* ABC-001 */`],
  ['a comment in a table', `test.each([\n// ABC-001\n[1]])('a', f);`],
  ['the body of a test', `test('a', () => { expect('ABC-001').toBe('ABC-001'); });`],
  ['a string of its own', `const a = 'ABC-001';`],
  ['a skipped test', `test.skip('a (ABC-001)', f); test.todo('ABC-001');`],
  ['a test in a skipped group', `describe.skip('g', () => { test('a (ABC-001)', f); });`],
  ['another function', `log('a (ABC-001)');`],
  ['half an id', `test('ABC-01, XABC-0011, abc-001', f);`],
])('an id does not count in %s', (_, source) => {
  expect(cited(source)).toEqual([]);
});
