import { describe, expect, test } from '@jest/globals';
import { compare, formatFigure, formatSuite } from '../src/table.mjs';
import { fakeCase, fakeSuite } from './fake-suite.js';

test.each([
  ['more', 100, 100, '1.00x'],
  ['more', 100, 40, '2.50x slower'],
  ['more', 100, 2345, '23.4x faster'],
  ['more', 1000, 1, '1000x slower'],
  ['less', 100, 150, '1.50x slower'],
  ['less', 100, 50, '2.00x faster'],
  ['smaller', 100, 150, '1.50x larger'],
  ['smaller', 100, 50, '2.00x smaller'],
] as const)('where %s is better, next to our %d a %d is %s', (better, ours, theirs, words) => {
  expect(compare(better, ours, theirs)).toBe(words);
});

test.each([
  [1_234_567.8, '1,234,568'],
  [12.345, '12.3'],
  [1.239, '1.24'],
])('%d is printed as %s', (value, text) => {
  expect(formatFigure(value)).toBe(text);
});

const result = (name: string, subject: string, median: number) => {
  return { suite: 'fake', case: name, subject, unit: 'ops/s', median, min: median - 1, max: median + 1 };
};
const titleOf = (subject: string) => (subject === 'ours' ? subject : `${subject} 1.0.0`);

describe('the table of a suite', () => {
  test('has a row for each case and subject, with the peer next to ours', () => {
    const results = [result('x', 'ours', 200), result('x', 'peer', 100)];
    const suite = fakeSuite([fakeCase('x', ['ours', 'peer'])]);
    expect(formatSuite(suite, { results, unfinished: [], failures: [] }, titleOf).trimEnd().split('\n')).toEqual([
      '| case | unit  | subject    | median |  min | max | next to rookery |',
      '| ---- | ----- | ---------- | -----: | ---: | --: | --------------- |',
      '| x    | ops/s | ours       |    200 |  199 | 201 | 1.00x           |',
      '|      |       | peer 1.0.0 |    100 | 99.0 | 101 | 2.00x slower    |',
    ]);
  });

  test('says who did not finish, and after how long', () => {
    const unfinished = [{ suite: 'fake', case: 'x', subject: 'peer', limitMs: 20_000 }];
    const text = formatSuite(fakeSuite([fakeCase('x', ['peer'])]), { results: [], unfinished, failures: [] }, titleOf);
    expect(text).toContain('not finished in 20 s');
  });

  test('says which round of whom has no figure, and why', () => {
    const failures = [
      { suite: 'fake', case: 'x', subject: 'peer', round: 2, error: 'fake x peer failed: Error: lost' },
    ];
    const suite = fakeSuite([fakeCase('x', ['peer'])]);
    const text = formatSuite(suite, { results: [], unfinished: [], failures }, titleOf);
    expect(text).toContain('- No figure of round 2: fake x peer failed: Error: lost');
  });

  test('tells how one case grows into another, for who ran both', () => {
    const results = [result('small', 'ours', 100), result('large', 'ours', 150), result('large', 'peer', 150)];
    const growths = [{ from: 'small', to: 'large', meaning: 'a thousand times as much' }];
    const cases = [fakeCase('small', ['ours', 'peer']), fakeCase('large', ['ours', 'peer'])];
    const text = formatSuite(fakeSuite(cases, { growths }), { results, unfinished: [], failures: [] }, titleOf);
    expect(text).toContain('- large / small, a thousand times as much: ours 1.50x');
    expect(text).not.toContain('1.50x, peer');
  });

  test('prints a note once, with the cases that it is about', () => {
    const notes = ['no ask'];
    const cases = [fakeCase('x', ['ours'], { notes }), fakeCase('y', ['ours'], { notes })];
    const text = formatSuite(fakeSuite(cases), { results: [], unfinished: [], failures: [] }, titleOf);
    expect(text.split('\n').filter((line) => line.includes('no ask'))).toEqual(['- x, y: no ask']);
  });
});
