import { expect, test } from '@jest/globals';
import { rotate, runRounds, type Outcome, type Task } from '../src/rounds.mjs';
import { fakeCase, fakeSuite } from './fake-suite.js';

test.each([
  [0, ['a', 'b', 'c']],
  [1, ['b', 'c', 'a']],
  [2, ['c', 'a', 'b']],
  [3, ['a', 'b', 'c']],
])('in round %i the order is %j', (round, order) => {
  expect(rotate(['a', 'b', 'c'], round)).toEqual(order);
});

test('each round runs every case, and in each case every subject, one at a time', async () => {
  const runs: string[] = [];
  let running = 0;
  const run = async (task: Task, round: number): Promise<Outcome> => {
    expect(++running).toBe(1);
    runs.push(`${round} ${task.case} ${task.subject}`);
    await Promise.resolve();
    running--;
    return { kind: 'measured', value: 1 };
  };
  await runRounds([fakeSuite([fakeCase('x', ['ours', 'peer']), fakeCase('y', ['ours', 'peer'])])], 2, run);
  expect(runs.slice(0, 4)).toEqual(['0 x ours', '0 x peer', '0 y ours', '0 y peer']);
  expect(runs.slice(4)).toEqual(['1 x peer', '1 x ours', '1 y peer', '1 y ours']);
});

test('the rounds of one subject become one result', async () => {
  const values = [5, 1, 3];
  const run = (_: Task, round: number): Promise<Outcome> =>
    Promise.resolve({ kind: 'measured', value: values[round] ?? NaN });
  const report = await runRounds([fakeSuite([fakeCase('x', ['ours'])])], 3, run);
  const result = { suite: 'fake', case: 'x', subject: 'ours', unit: 'ops/s', median: 3, min: 1, max: 5 };
  expect(report).toEqual({ results: [result], unfinished: [] });
});

test('who did not finish a case is reported, not asked again, and has no result from its other rounds', async () => {
  let asked = 0;
  const run = ({ subject }: Task, round: number): Promise<Outcome> => {
    if (subject !== 'peer' || round === 0) return Promise.resolve({ kind: 'measured', value: 1 });
    asked++;
    return Promise.resolve({ kind: 'unfinished', limitMs: 20 });
  };
  const report = await runRounds([fakeSuite([fakeCase('x', ['ours', 'peer'])])], 4, run);
  expect(asked).toBe(1);
  expect(report.results.map(({ subject }) => subject)).toEqual(['ours']);
  expect(report.unfinished).toEqual([{ suite: 'fake', case: 'x', subject: 'peer', limitMs: 20 }]);
});

test('a measurement that fails ends the run', async () => {
  const run = (): Promise<Outcome> => Promise.reject(new Error('lost a message'));
  await expect(runRounds([fakeSuite([fakeCase('x', ['ours'])])], 1, run)).rejects.toThrow('lost a message');
});
