import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { QUESTIONS } from './questions.mjs';
import { SUBJECTS } from './subjects.mjs';

// Each fault that was found in another pool is a question here, put to all of them and to ours. The table of the answers
// stands in the README; `npm run rivals` writes it. Each subject is asked in a process of its own, with the built package.

type Answers = Readonly<Record<string, string>>;

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const TABLE = /(?<=<!-- rivals -->\n)[^]*(?=<!-- \/rivals -->)/;
const ASK = fileURLToPath(new URL('ask.mjs', import.meta.url));
const ALL_MS = 300_000;

let answers: readonly Answers[];

beforeAll(async () => {
  answers = await Promise.all(SUBJECTS.map(({ name }) => answersOf(name)));
}, ALL_MS);

function answersOf(name: string): Promise<Answers> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [ASK, name],
      { env, timeout: ALL_MS, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Answers);
        else reject(new Error(`${name}: ${stderr}`, { cause: error }));
      },
    );
  });
}

const answer = (column: number, id: string): string => answers[column]?.[id] ?? '';

function table(): string {
  const head = ['', ...SUBJECTS.map(({ name, version }) => `${name} ${version}`.trim())];
  const rows = QUESTIONS.map(({ id, question }) => [question, ...SUBJECTS.map((_, column) => answer(column, id))]);
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return `\n${line(head)}${line(widths.map((width) => '-'.repeat(width)))}${rows.map(line).join('')}\n`;
}

describe.each(QUESTIONS.map(({ id, question }) => [question, id] as const))('%s', (_, id) => {
  test.each(SUBJECTS.map(({ name }, column) => [name, column] as const))('%s', (name, column) => {
    const expected = name.startsWith('ours') ? /^(yes|-)$/ : /^(yes|no|-|with `.*`)$/;
    expect(answer(column, id)).toMatch(expected);
  });

  test('is answered by ours, by threads or by closures', () => {
    expect([answer(0, id), answer(1, id)]).toContain('yes');
  });
});

test('the README has the table of the answers', () => {
  if (process.env['RIVALS'] === 'write') {
    writeFileSync(
      README,
      readFileSync(README, 'utf8').replace(TABLE, () => table()),
    );
    process.stdout.write(table());
  }
  expect(TABLE.exec(readFileSync(README, 'utf8'))?.[0]).toBe(table());
});
