import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { FAULTS, type Fault } from './faults.js';
import { type Rival, RIVALS, type Subject } from './subjects.js';

// Each fault that was found in another breaker is a question here, put to all of them and to ours, on fake clocks. The table of
// the answers stands in the README; `npm run rivals` writes it.

type Mark = 'yes' | 'no' | '-';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const TABLE = /(?<=<!-- rivals -->\n)[^]*(?=<!-- \/rivals -->)/;

const marks: Mark[][] = FAULTS.map(() => []);

beforeEach(() => {
  jest.useFakeTimers({ now: 1e12, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});

afterEach(() => {
  jest.useRealTimers();
});

async function mark(fault: Fault, rival: Rival): Promise<Mark> {
  const made: Subject[] = [];
  const make = (options?: Parameters<Rival['make']>[0]): Subject => {
    const subject = rival.make(options);
    made.push(subject);
    return subject;
  };
  const pass = async (ms: number): Promise<void> => {
    await jest.advanceTimersByTimeAsync(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const setDateBack = (ms: number): void => jest.setSystemTime(Date.now() - ms);
  const verdict = await fault.ask(make, pass, rival, { setDateBack, timers: () => jest.getTimerCount() });
  for (const subject of made) subject.shutdown?.();
  jest.clearAllTimers();
  return verdict === undefined ? '-' : verdict ? 'yes' : 'no';
}

function tableOf(rows: readonly (readonly Mark[])[]): string {
  const head = ['', ...RIVALS.map(({ name, version }, index) => (index === 0 ? 'ours' : `${name} ${version}`))];
  const cells = rows.map((row, index) => [FAULTS[index]?.question ?? '', ...row]);
  const widths = head.map((_, column) => Math.max(3, ...[head, ...cells].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  return `\n${line(head)}${line(widths.map((width) => '-'.repeat(width)))}${cells.map(line).join('')}\n`;
}

describe.each(FAULTS.map((fault, row) => [fault.question, fault, row] as const))('%s', (_, fault, row) => {
  test.each(RIVALS.map((rival, column) => [rival.name, rival, column] as const))('%s', async (_name, rival, column) => {
    const given = await mark(fault, rival);
    (marks[row] ??= [])[column] = given;
    expect(given).toMatch(column === 0 ? /^(yes|-)$/ : /./);
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
