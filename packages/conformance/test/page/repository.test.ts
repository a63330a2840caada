import { expect, test } from '@jest/globals';
import { surveyRepository } from '../../src/page/sources.js';

test('no test and no file of states cites an id that is not in the catalog', () => {
  expect(surveyRepository().complaints).toEqual([]);
});
