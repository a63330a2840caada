import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { inPackage } from '../src/places.js';
import { goldenLines } from './recording.js';

const folder = mkdtempSync(join(tmpdir(), 'conformance-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { INIT_CWD: _, NODE_OPTIONS: __, ...clean } = env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [inPackage(`dist/${program}.js`), ...args], {
    cwd: folder,
    env: clean,
    encoding: 'utf8',
  });
  return { status, stdout, stderr, last: stdout.trimEnd().split('\n').at(-1) };
}

function file(name: string, lines: readonly string[]): string {
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));
  return name;
}

const good = goldenLines('handpicked');
const tampered = good.map((line, index) => (index === 1 ? line.replace('"root":"alive"', '"root":"down"') : line));

describe('npm run conformance', () => {
  test('all recordings are replayed when none is named', () => {
    const { status, last } = run('replay-cli', []);
    expect(status).toBe(0);
    expect(last).toMatch(/^\d{3,} passed, 0 failed$/);
  });

  test('a file whose traces are the same passes', () => {
    expect(run('replay-cli', [file('good.jsonl', good)])).toMatchObject({
      status: 0,
      last: `${good.length} passed, 0 failed`,
    });
  });

  test('a changed trace fails, and its difference is shown', () => {
    const { status, stdout, last } = run('replay-cli', [file('tampered.jsonl', tampered)]);
    expect({ status, last }).toEqual({ status: 1, last: `${good.length - 1} passed, 1 failed` });
    expect(stdout).toMatch(/^tampered\.jsonl:2: \S+/m);
    expect(stdout).toMatch(/≠ root down +│/);
  });

  test('a malformed line fails with its file and line, and the others are replayed', () => {
    const { status, stdout, last } = run('replay-cli', [file('malformed.jsonl', ['{', ...good, '{"scenario":{}}'])]);
    expect({ status, last }).toEqual({ status: 1, last: `${good.length} passed, 2 failed` });
    expect(stdout).toContain('malformed.jsonl:1 is malformed. Expected the line to be JSON');
    expect(stdout).toContain(`malformed.jsonl:${good.length + 2} is malformed. Expected scenario.id`);
  });

  test('a file that is not there fails, and the others are replayed', () => {
    const { status, stdout, last } = run('replay-cli', ['missing.jsonl', file('good.jsonl', good)]);
    expect({ status, last }).toEqual({ status: 1, last: `${good.length} passed, 1 failed` });
    expect(stdout).toContain('missing.jsonl cannot be read: ENOENT');
  });

  test('an empty file fails', () => {
    const { status, last } = run('replay-cli', [file('empty.jsonl', [])]);
    expect({ status, last }).toEqual({ status: 1, last: '0 passed, 1 failed' });
  });
});

describe('npm run conformance:record', () => {
  test('without Erlang it says what to install, and writes nothing', () => {
    const args = ['--seeds', '1', '--out', 'none.jsonl'];
    const { status, stderr } = run('record-cli', args, { PATH: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('"erlc" is needed');
    expect(stderr).toContain('apt-get install erlang-base elixir');
    expect(() => readFileSync(join(folder, 'none.jsonl'))).toThrow('ENOENT');
  });

  test.each([
    ['no --out', ['--seeds', '1']],
    ['no seeds', ['--out', 'x.jsonl']],
    ['seeds and scenarios', ['--out', 'x.jsonl', '--seeds', '1', '--scenarios', 'y.jsonl']],
    ['a kind that is none', ['--out', 'x.jsonl', '--seeds', '1', '--kind', 'toString']],
    ['no schedulers', ['--out', 'x.jsonl', '--seeds', '1', '--schedulers', '0']],
    ['an option that is none', ['--out', 'x.jsonl', '--seeds', '1', '--fast']],
    ['a folder that is not there', ['--out', 'no/x.jsonl', '--seeds', '1']],
    ['seeds that are none', ['--out', 'x.jsonl', '--seeds', 'all']],
  ])('%s is refused with the usage', (_, args) => {
    const { status, stderr } = run('record-cli', args);
    expect(status).toBe(2);
    expect(stderr).toContain('npm run conformance:record -- --out FILE');
  });
});
