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
  expect(report).toEqual({ results: [result], unfinished: [], failures: [] });
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

/** Fails in its second round. */
const failing =
  (name: string) =>
  (task: Task, round: number): Promise<Outcome> =>
    Promise.resolve(
      task.subject === name && round === 1
        ? { kind: 'failed', error: new Error('lost a message') }
        : { kind: 'measured', value: round },
    );

test('a peer that fails in one round is reported, and its other rounds count', async () => {
  const report = await runRounds([fakeSuite([fakeCase('x', ['ours', 'peer'])])], 3, failing('peer'));
  expect(report.failures).toEqual([{ suite: 'fake', case: 'x', subject: 'peer', round: 2, error: 'lost a message' }]);
  expect(report.results).toMatchObject([
    { subject: 'ours', median: 1 },
    { subject: 'peer', median: 1, min: 0, max: 2 },
  ]);
});

test('a peer that fails in every round has no result', async () => {
  const run = ({ subject }: Task): Promise<Outcome> =>
    Promise.resolve(subject === 'peer' ? { kind: 'failed', error: new Error('x') } : { kind: 'measured', value: 1 });
  const report = await runRounds([fakeSuite([fakeCase('x', ['ours', 'peer'])])], 2, run);
  expect(report.results.map(({ subject }) => subject)).toEqual(['ours']);
});

test('when ours fails, so does the run', async () => {
  const run = runRounds([fakeSuite([fakeCase('x', ['ours', 'peer'])])], 3, failing('ours'));
  await expect(run).rejects.toThrow('lost a message');
});
