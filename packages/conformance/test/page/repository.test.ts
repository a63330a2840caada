import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { show } from '../../src/page/page.js';
import { PAGE, surveyRepository } from '../../src/page/sources.js';
import { openIds } from '../../src/page/survey.js';

const found = surveyRepository();

test('no test and no file of states cites an id that is not in the catalog', () => {
  expect(found.complaints).toEqual([]);
});

test('no entry of the catalog is without a state', () => {
  expect(openIds(found)).toEqual([]);
});

/** Every row of the page: id, state, and the tests it names. */
function rowsOf(page: string): readonly (readonly [id: string, state: string, tests: readonly string[]])[] {
  const rows = page.split('\n').filter((line) => /^\| [A-Z]+-\d+ \| /.test(line));
  return rows.map((line) => {
    const [id = '', , state = '', by = ''] = line.slice(2, -2).split(' | ');
    return [id, state, by.split('<br>').filter((part) => part.startsWith('['))] as const;
  });
}

test('docs/conformance.md has the state of every entry, and names no test that is not there (else: npm run conformance:page)', () => {
  const entries = found.areas.flatMap((area) => area.entries);
  const rows = rowsOf(readFileSync(PAGE, 'utf8'));
  expect(rows.map(([id, state]) => [id, state])).toEqual(entries.map(({ id, state }) => [id, state.replace('_', ' ')]));
  const isThere = new Set(entries.flatMap(({ id, tests }) => tests.map((one) => `${id} ${show(one)}`)));
  const missing = rows
    .flatMap(([id, , tests]) => tests.map((one) => `${id} ${one}`))
    .filter((one) => !isThere.has(one));
  expect(missing).toEqual([]);
});

test('what is left out, or adapted without a test, says why', () => {
  const unsaid = readFileSync(PAGE, 'utf8').match(/^\| [A-Z]+-\d+ \| .* \| (adapted|not applicable) \| *\|$/gm);
  expect(unsaid).toBeNull();
});
