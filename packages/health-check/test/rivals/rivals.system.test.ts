import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { FAULTS, type Fault } from './faults.js';
import { type Question, type Rival, RIVALS, type Subject } from './subjects.js';

// Each fault that was found in terminus is a question here, put to it and to ours. The table of the answers stands in the README;
// `npm run rivals` writes it.

type Mark = 'yes' | 'no' | '-' | `with \`${string}\``;

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const TABLE = /(?<=<!-- rivals -->\n)[^]*(?=<!-- \/rivals -->)/;

async function answer(fault: Fault, rival: Rival, isTuned: boolean): Promise<boolean | undefined> {
  const made: Subject[] = [];
  const make = async (...questions: readonly Question[]): Promise<Subject> => {
    const subject = await rival.make(questions, isTuned);
    made.push(subject);
    return subject;
  };
  try {
    return await fault.ask(make);
  } finally {
    for (const subject of made) await subject.close();
  }
}

async function mark(fault: Fault, rival: Rival): Promise<Mark> {
  const { isOfOption = false } = fault;
  const verdict = await answer(fault, rival, isOfOption);
  if (verdict === undefined) return '-';
  if (verdict) return 'yes';
  const option = rival.tunedBy[fault.id];
  return option !== undefined && (await answer(fault, rival, true)) === true ? `with \`${option}\`` : 'no';
}

function tableOf(marks: readonly (readonly Mark[])[]): string {
  const head = ['', ...RIVALS.map(({ name, version }, index) => (index === 0 ? 'ours' : `${name} ${version}`))];
  const rows = marks.map((row, index) => [FAULTS[index]?.question ?? '', ...row]);
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return `\n${line(head)}${line(widths.map((width) => '-'.repeat(width)))}${rows.map(line).join('')}\n`;
}

const marks: Mark[][] = FAULTS.map(() => []);

describe.each(FAULTS.map((fault, row) => [fault.question, fault, row] as const))('%s', (_, fault, row) => {
  test.each(RIVALS.map((rival, column) => [rival.name, rival, column] as const))('%s', async (_name, rival, column) => {
    const given = await mark(fault, rival);
    (marks[row] ??= [])[column] = given;
    const expected = column === 0 ? /^(yes|with `rise`, `fall`)$/ : /./;
    expect(given).toMatch(expected);
  });
});

test('the README has the table of the answers', () => {
  const table = tableOf(marks);
  if (process.env['RIVALS'] === 'write') {
    writeFileSync(
      README,
      readFileSync(README, 'utf8').replace(TABLE, () => table),
    );
    process.stdout.write(table);
  }
  expect(TABLE.exec(readFileSync(README, 'utf8'))?.[0]).toBe(table);
});
