import { expect, test } from '@jest/globals';
import { surveyRepository } from '../../src/page/sources.js';
import { openIds } from '../../src/page/survey.js';

test('no test and no file of states cites an id that is not in the catalog', () => {
  expect(surveyRepository().complaints).toEqual([]);
});

test('no entry of the catalog is without a state', () => {
  expect(openIds(surveyRepository())).toEqual([]);
});
