import { describe, expect, test } from '@jest/globals';
import { FewLabels, OTHERS } from '../../src/integrations/runtime-figures/few-labels.js';
import { supervisorFigures } from '../../src/integrations/runtime-figures/supervisor-figures.js';

describe('FewLabels', () => {
  test('has no pids, and a word for what has no name', () => {
    const labels = new FewLabels();
    expect(['shop', 'Till<12>', ''].map((name) => labels.of(name))).toEqual(['shop', 'Till', '(anonymous)']);
  });

  test('names that are made up for ever are one label', () => {
    const labels = new FewLabels(2);
    expect(['a', 'b', 'c', 'a', 'd'].map((name) => labels.of(name))).toEqual(['a', 'b', OTHERS, 'a', OTHERS]);
  });
});

test('supervisors of one name count together, and the one that is closest to giving up speaks for them', () => {
  const view = (name: string, restarts: number, maxRestarts: number) => {
    return { name, restarts, maxRestarts, children: 2, down: Array<never>(1) };
  };
  const figures = supervisorFigures([
    view('Room<1>', 1, 3),
    view('Room<2>', 2, 3),
    view('Room<3>', 4, 9),
    view('shop', 0, 3),
  ]);
  expect(Object.fromEntries(figures)).toEqual({
    Room: { children: 6, down: 3, restarts: 2, maxRestarts: 3 },
    shop: { children: 2, down: 1, restarts: 0, maxRestarts: 3 },
  });
});
