import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DailyReport } from './daily-report.js';
import { type Day, isDay } from './report-day.js';

/** What a report is written as. */
export type ReportFormat = 'csv' | 'html';

/** The injection token of ReportFiles. */
export const REPORT_FILES = Symbol('ReportFiles');

const NAME = /^standings-(?<day>.+)\.(?<format>csv|html)$/;

/** The folder of the reports. Nothing but reports is read from it, whatever name is asked for. */
export class ReportFiles {
  constructor(readonly folder: string) {}

  async write(day: Day, report: DailyReport): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    for (const format of ['csv', 'html'] as const) {
      const file = join(this.folder, nameOf(day, format));
      await writeFile(`${file}.part`, report[format]);
      await rename(`${file}.part`, file); // who reads it meanwhile reads the old one, whole
    }
  }

  /** The days that have a report, the last one first. */
  async days(): Promise<readonly Day[]> {
    const names = await this.#names();
    const days = names.map((name) => NAME.exec(name)?.groups?.['day'] ?? '').filter(isDay);
    return [...new Set(days)].toSorted().toReversed();
  }

  /** Undefined when there is none of this day. */
  async read(day: Day, format: ReportFormat): Promise<string | undefined> {
    if (!isDay(day)) return undefined;
    return readFile(join(this.folder, nameOf(day, format)), 'utf8').catch(unlessMissing);
  }

  async #names(): Promise<readonly string[]> {
    return (await readdir(this.folder).catch(unlessMissing)) ?? [];
  }
}

function nameOf(day: Day, format: ReportFormat): string {
  return `standings-${day}.${format}`;
}

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
