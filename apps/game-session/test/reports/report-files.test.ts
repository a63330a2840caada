import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ReportFiles } from '../../src/reports/report-files.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('the folder of the reports', () => {
  test('gives back what was written', async () => {
    const files = new ReportFiles(join(folder, 'new'));

    await files.write('2026-11-21', { csv: 'a,b', html: '<p>' });

    expect(await files.read('2026-11-21', 'csv')).toBe('a,b');
    expect(await files.read('2026-11-21', 'html')).toBe('<p>');
    expect(await readdir(files.folder)).toEqual(['standings-2026-11-21.csv', 'standings-2026-11-21.html']);
  });

  test('knows its days, the last one first, and nothing of other files', async () => {
    const files = new ReportFiles(folder);
    for (const day of ['2026-11-20', '2026-11-22', '2026-11-21']) await files.write(day, { csv: '', html: '' });
    await writeFile(join(folder, 'standings-2026-99-99.csv'), '');
    await writeFile(join(folder, 'notes.txt'), '');

    expect(await files.days()).toEqual(['2026-11-22', '2026-11-21', '2026-11-20']);
  });

  test('has nothing before the first report', async () => {
    const files = new ReportFiles(join(folder, 'none'));

    expect(await files.days()).toEqual([]);
    expect(await files.read('2026-11-21', 'csv')).toBeUndefined();
  });

  test.each(['../secret', '2026-11-21/../../secret', '', '2026-02-30'])('reads nothing for the day %j', async (day) => {
    await writeFile(join(folder, 'secret.csv'), 'secret');

    expect(await new ReportFiles(folder).read(day, 'csv')).toBeUndefined();
  });
});
