import { expect, test } from '@jest/globals';
import { parseOptions, UsageError } from '../src/options.mjs';
import { fakeCase, fakeSuite } from './fake-suite.js';

const suites = [
  fakeSuite([fakeCase('call', ['ours']), fakeCase('cast', ['ours'])], { name: 'first' }),
  fakeSuite([fakeCase('get', ['ours'])], { name: 'second' }),
];

/** What would run, as `suite/case`. */
const selected = (...words: string[]) =>
  parseOptions(words, suites).suites.flatMap(({ name, cases }) => cases.map((each) => `${name}/${each.name}`));

test('without options everything runs in five rounds, and no file is written', () => {
  expect(parseOptions([], suites)).toMatchObject({ rounds: 5, json: undefined, quick: false, list: false, suites });
});

test.each([
  [
    ['--filter', 'first'],
    ['first/call', 'first/cast'],
  ],
  [['--case', 'cast'], ['first/cast']],
  [
    ['--case', 'cast', '--case', 'get'],
    ['first/cast', 'second/get'],
  ],
  [['--filter', 'second', '--filter', 'first', '--case', 'get'], ['second/get']],
])('%j selects %j', (words, cases) => {
  expect(selected(...words)).toEqual(cases);
});

test('a suite that takes long runs only when it is named', () => {
  const all = [...suites, fakeSuite([fakeCase('load', ['ours'])], { name: 'long', isOnRequest: true })];
  const names = (...words: string[]) => parseOptions(words, all).suites.map(({ name }) => name);

  expect(names()).toEqual(['first', 'second']);
  expect(names('--filter', 'long')).toEqual(['long']);
});

test.each([
  [['--filter', 'third'], 'Expected --filter to name a suite (first, second), got "third".'],
  [['--filter', 'second', '--case', 'call'], 'Expected --case to name a case (get), got "call".'],
  [['--rounds', '0'], 'Expected --rounds to be an integer from 1 to 9999, got "0".'],
  [['--rounds', '1.5'], 'Expected --rounds to be an integer from 1 to 9999, got "1.5".'],
  [['--json='], 'Expected --json to be followed by the name of a file.'],
  [['--round', '1'], "Unknown option '--round'"],
  [['first'], "Unexpected argument 'first'"],
])('%j is refused', (words, message) => {
  const parse = () => parseOptions(words, suites);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(message);
});
