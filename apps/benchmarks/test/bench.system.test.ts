import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runInChild } from '../src/child.mjs';
import { otp } from '../src/suites/genserver/otp.mjs';

const main = fileURLToPath(new URL('../src/main.mjs', import.meta.url));
/** Where it is not installed it is left out. */
const titleOfOtp = otp.isInstalled() ? [otp.title()] : [];
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rookery-bench-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the benchmarks' main program to its end. */
function bench(...words: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--expose-gc', main, ...words], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('a run', () => {
  test('prints a table and writes the results of every subject to the file', async () => {
    const file = join(folder, 'results.json');
    const { code, stdout } = await bench('--rounds', '1', '--case', 'cast', '--quick', '--json', file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/\| cast +\| casts\/s +\| rookery/) });
    const figure: unknown = expect.any(Number);
    const row = { suite: 'genserver', case: 'cast', unit: 'casts/s', median: figure, min: figure, max: figure };
    const subjects = ['rookery', 'rookery, asyncContext: false', 'nact 7.6.2', 'xstate 5.33.3', ...titleOfOtp];
    const results = subjects.map((subject) => ({ ...row, subject }));
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    expect(content).toEqual({ node: process.versions.node, rounds: 1, results, unfinished: [], failures: [] });
  }, 60_000);

  test('gets through every case with every subject, losing no message', async () => {
    expect(await bench('--rounds', '1', '--quick')).toMatchObject({ code: 0 });
  }, 300_000);

  test('drives the sample from outside, with games that crash, and finds every acknowledged move', async () => {
    const options = ['--rounds', '1', '--quick', '--filter', 'game-session', '--case', 'move-p99-ms'];
    expect(await bench(...options)).toMatchObject({ code: 0, stdout: expect.stringMatching(/rookery, crashing/) });
  }, 300_000);

  test('is refused with exit code 2 when the options make no sense', async () => {
    const { code, stdout, stderr } = await bench('--case', 'cats');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('got "cats"');
  });

  test('is refused before it measures when the file cannot be written', async () => {
    const { code, stderr } = await bench('--quick', '--json', join(folder, 'missing', 'results.json'));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--json') });
    expect(stderr).not.toContain('round 1');
  });

  test('lists what there is without measuring', async () => {
    const { code, stdout } = await bench('--list', '--case', 'call-sequential');
    const node = process.versions.node;
    const names = [
      'rookery',
      'rookery, asyncContext: false',
      'nact 7.6.2',
      'xstate 5.33.3',
      `node ${node}`,
      ...titleOfOtp,
    ];
    const subjects = names.join(', ');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `genserver call-sequential (calls/s): ${subjects}\n` });
  });
});

describe('a child process', () => {
  const task = { suite: 'genserver', case: 'cast', subject: 'rookery' };

  test('that takes too long is stopped and reported as unfinished', async () => {
    expect(await runInChild(task, { limitMs: 1 })).toEqual({ kind: 'unfinished', limitMs: 1 });
  });

  test('that fails is a failure, not a slow peer', async () => {
    const outcome = await runInChild({ ...task, subject: 'nobody' }, { quick: true });
    const message = 'The measurement genserver cast nobody --quick failed: Error: There is no measurement';
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: expect.stringContaining(message) } });
  });
});
