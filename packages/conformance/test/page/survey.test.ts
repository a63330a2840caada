import { describe, expect, test } from '@jest/globals';
import type { Area, Entry, Plan } from '../../src/page/catalog.js';
import { renderPage } from '../../src/page/page.js';
import { openIds, survey } from '../../src/page/survey.js';

const citation = { id: 'ABC-001', file: 'packages/x/test/a.test.ts', test: 'a | b (ABC-001)' };

function catalog(plan: Plan, isRecorded = false): readonly Area[] {
  const entry: Entry = { id: 'ABC-001', area: 'ABC', title: 'The <first>', plan, note: 'so', isRecorded };
  return [{ key: 'ABC', title: 'Letters', entries: [entry] }];
}

const adapted = new Map([['ABC-001', { state: 'adapted', why: 'ours' }]] as const);
const left = new Map([['ABC-001', { state: 'not_applicable', why: 'no need' }]] as const);
const none = new Map<string, never>();

describe('the state of an entry', () => {
  test.each([
    ['cited by a test', catalog('full'), [citation], none, 'tested', ''],
    ['covered by recordings', catalog('full', true), [], none, 'tested', ''],
    ['adapted by the catalog, and tested', catalog('adapted'), [citation], none, 'tested', 'so'],
    ['adapted by a statement, and tested', catalog('full'), [citation], adapted, 'tested', 'ours'],
    ['adapted by a statement, without a test', catalog('full'), [], adapted, 'adapted', 'ours'],
    ['adapted by the catalog, without a test', catalog('adapted'), [], none, 'open', 'so'],
    ['left out by the catalog', catalog('not_applicable'), [], none, 'not_applicable', 'so'],
    ['left out by the catalog, and tested all the same', catalog('not_applicable'), [citation], none, 'tested', 'so'],
    ['left out by a statement', catalog('full'), [], left, 'not_applicable', 'no need'],
    ['nobody has said anything', catalog('full'), [], none, 'open', ''],
  ] as const)('%s', (_, areas, citations, statements, state, why) => {
    const found = survey(areas, citations, statements);
    expect(found.areas[0]?.entries[0]).toMatchObject({ state, why });
    expect(openIds(found)).toEqual(state === 'open' ? ['ABC-001'] : []);
  });
});

test('an id of a known area that is not in the catalog is a complaint; other words like it are not', () => {
  const citations = ['ABC-999', 'UTF-008'].map((id) => ({ ...citation, id, test: id }));
  const { complaints } = survey(catalog('full'), citations, new Map([['ABC-998', { state: 'adapted', why: 'x' }]]));
  expect(complaints).toEqual([
    'packages/x/test/a.test.ts: "ABC-999" cites ABC-999, which is not in the catalog.',
    'states: ABC-998 is not in the catalog.',
  ]);
});

describe('the page', () => {
  test('has a row for each entry, with its tests, as text that does not break the table', () => {
    expect(renderPage(survey(catalog('adapted'), [citation], none))).toContain(
      String.raw`| ABC-001 | The &lt;first> | tested | [a.test.ts](../packages/x/test/a.test.ts): a \| b (ABC-001)<br>(so) |`,
    );
  });

  test('counts by area', () => {
    expect(renderPage(survey(catalog('full'), [], none))).toContain(
      '| [ABC Letters](#abc-letters) | 1 | 0 | 0 | 0 | 1 |',
    );
  });

  test('names at most three tests of an entry', () => {
    const many = [1, 2, 3, 4, 5].map((n) => ({ ...citation, test: `t${n}` }));
    const page = renderPage(survey(catalog('full', true), many, none));
    expect(page).toContain('t3<br>and 2 more<br>recordings |');
    expect(page).not.toContain('t4');
  });
});
