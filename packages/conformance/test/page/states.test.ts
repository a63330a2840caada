import { expect, test } from '@jest/globals';
import { readStates } from '../../src/page/states.js';

test('a file says of ids what state they have, and why', () => {
  const text = '{ "ABC-001": { "state": "adapted", "why": " so " } }';
  expect([...readStates('ABC.json', text)]).toEqual([['ABC-001', { state: 'adapted', why: 'so' }]]);
});

test.each([
  ['a file of no area', 'notes.json', '{}', 'name of an area'],
  ['no JSON', 'ABC.json', '{', 'ABC.json is not JSON'],
  ['a list', 'ABC.json', '[]', 'expected an object'],
  ['an id of another area', 'ABC.json', '{ "XYZ-001": {} }', 'expected ids of the area ABC, got XYZ-001'],
  ['a state that is none', 'ABC.json', '{ "ABC-001": { "state": "done" } }', 'got "done"'],
  ['no reason', 'ABC.json', '{ "ABC-001": { "state": "adapted", "why": " " } }', 'expected ABC-001 to say why'],
  ['nothing', 'ABC.json', '{ "ABC-001": null }', 'expected the state of ABC-001'],
])('%s is refused', (_, file, text, message) => {
  expect(() => readStates(file, text)).toThrow(message);
});
