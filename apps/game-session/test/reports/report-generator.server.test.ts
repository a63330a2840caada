import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { child, GenServer, refuse, type ServerRef, taskSupervisor } from '@rookery/genserver';
import { ReportFailedError, ReportTooEarlyError } from '../../src/reports/errors.js';
import { ReportFiles } from '../../src/reports/report-files.js';
import { ReportGenerator } from '../../src/reports/report-generator.server.js';
import type { FinishedGame, Standing } from '../../src/store/records.js';
import type { Repo } from '../../src/store/repo.server.js';
import { type Tree, useTrees } from '../support/trees.js';

const newTree = useTrees();
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'data-'));
});

afterEach(() => rm(dataDir, { recursive: true }));

describe('the daily report', () => {
  test('of yesterday is written at its time', async () => {
    const desk = await open('2026-11-22T00:00:00Z');
    await desk.files.write('2026-11-20', { csv: 'of the day before', html: '' });

    await desk.pass(5 * 60_000 - 1);
    expect(await desk.files.days()).toEqual(['2026-11-20']);

    await desk.pass(1);
    expect(await desk.files.read('2026-11-21', 'csv')).toContain('1,Ada,');
    expect(await desk.files.read('2026-11-21', 'html')).toContain('2 games ended on this day');
    expect(desk.asked).toEqual([{ since: '2026-11-21T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z' }]);
  });

  test('is written each day', async () => {
    const desk = await open('2026-11-22T12:00:00Z');
    await desk.pass(0); // that of yesterday, which is missing

    for (let day = 0; day < 3; day++) await desk.pass(86_400_000);

    expect(await desk.files.days()).toEqual(['2026-11-24', '2026-11-23', '2026-11-22', '2026-11-21']);
  });

  test('that was missed while the app was down is written at the start', async () => {
    const desk = await open('2026-11-22T09:30:00Z');

    await desk.pass(0);

    expect(await desk.files.days()).toEqual(['2026-11-21']);
  });

  test('is not written again when it is there', async () => {
    const desk = await open('2026-11-22T09:30:00Z');
    await desk.files.write('2026-11-21', { csv: 'as it was', html: '' });

    await desk.pass(0);

    expect(await desk.files.read('2026-11-21', 'csv')).toBe('as it was');
  });

  test('that failed is tried again five minutes later', async () => {
    const desk = await open('2026-11-22T09:30:00Z');
    desk.store.fails = true;
    await desk.pass(0);
    expect(desk.tree.lines).toContainEqual(expect.stringContaining('The report of 2026-11-21 failed'));

    desk.store.fails = false;
    await desk.pass(5 * 60_000);

    expect(await desk.files.days()).toEqual(['2026-11-21']);
  });

  test('that failed often is due once a day all the same', async () => {
    const desk = await open('2026-11-22T09:30:00Z');
    await desk.pass(0);
    const timers = desk.tree.clock.allTimers;
    desk.store.fails = true;
    for (const passMs of [86_400_000, 5 * 60_000, 5 * 60_000]) await desk.pass(passMs);
    desk.store.fails = false;
    await desk.pass(5 * 60_000);

    expect(await desk.files.days()).toEqual(['2026-11-22', '2026-11-21']);
    expect(desk.tree.clock.allTimers).toBe(timers);
  });

  test('that cannot be written, or looked for, ends no server', async () => {
    await writeFile(join(dataDir, 'reports'), 'a file where the folder should be');
    const desk = await open('2026-11-22T09:30:00Z');
    const { pid } = desk.generator;

    await desk.pass(0);

    expect(desk.generator.pid).toBe(pid);
    expect(desk.tree.lines).toContainEqual(expect.stringContaining('The report of 2026-11-21 failed'));
  });
});

describe('a report that somebody asks for', () => {
  test('is written when the answer comes', async () => {
    const desk = await open('2026-11-22T09:30:00Z');

    expect(await desk.generator.call.write('2026-11-01')).toBe('2026-11-01');

    expect(await desk.files.read('2026-11-01', 'csv')).toContain('1,Ada,');
  });

  test('is written once for all who ask at the same time', async () => {
    const desk = await open('2026-11-22T09:30:00Z');

    await Promise.all([1, 2, 3].map(() => desk.generator.call.write('2026-11-01')));

    expect(desk.asked.filter(({ since }) => since.startsWith('2026-11-01'))).toHaveLength(1);
  });

  test('is written after those that were asked for before it, however many they are', async () => {
    const desk = await open('2026-11-22T09:30:00Z');
    const days = Array.from({ length: 30 }, (_, index) => `2026-10-${String(index + 1).padStart(2, '0')}`);

    expect(await Promise.all(days.map((day) => desk.generator.call.write(day)))).toEqual(days);

    expect(await desk.files.days()).toEqual(days.toReversed());
  });

  test.each(['2026-11-22', '2026-11-23'])('is refused for a day that is not over: %s', async (day) => {
    const desk = await open('2026-11-22T09:30:00Z');

    await expect(desk.generator.call.write(day)).rejects.toThrow(ReportTooEarlyError);
  });

  test('that fails is the trouble of who asked, not of the server', async () => {
    const desk = await open('2026-11-22T09:30:00Z');
    await desk.pass(0);
    const { pid } = desk.generator;
    desk.store.fails = true;

    await expect(desk.generator.call.write('2026-11-01')).rejects.toThrow(ReportFailedError);

    expect(desk.generator.pid).toBe(pid);
  });
});

interface Desk {
  readonly tree: Tree;
  readonly store: Results;
  readonly generator: ServerRef<ReportGenerator>;
  readonly files: ReportFiles;
  /** What the store was asked. */
  readonly asked: readonly { readonly since: string; readonly until: string }[];
  /** Lets time pass, and waits until what was due is done. */
  pass(ms: number): Promise<void>;
}

/** What the generator asks of the store. */
class Results extends GenServer {
  readonly asked: { since: string; until: string }[] = [];
  fails = false;

  standings({ since, until }: { since: Date; until: Date }): readonly Standing[] {
    if (this.fails) return refuse(new Error('no standings'));
    this.asked.push({ since: since.toISOString(), until: until.toISOString() });
    return [{ playerId: 'a', name: 'Ada', played: 2, won: 2, drawn: 0, lost: 0, points: 6 }];
  }

  gamesFinishedBetween(): readonly Pick<FinishedGame, 'ending'>[] {
    return [{ ending: { kind: 'draw' } }, { ending: { kind: 'line', winner: 0 } }, { ending: { kind: 'abandoned' } }];
  }
}

async function open(startsAt: string): Promise<Desk> {
  const store = new Results();
  const files = new ReportFiles(join(dataDir, 'reports'));
  const tree = await newTree((runtime, clock) => [
    child(Results, { name: 'Repo', create: () => store }),
    taskSupervisor({ name: 'Jobs', maxChildren: 20 }),
    child(ReportGenerator, {
      name: 'ReportGenerator',
      create: () =>
        new ReportGenerator(
          runtime.ref(Results, 'Repo') as unknown as ServerRef<Repo>,
          runtime.taskSupervisor('Jobs'),
          { reportAt: '00:05' },
          files,
          () => new Date(new Date(startsAt).getTime() + clock.now()),
        ),
    }),
  ]);
  const generator = tree.runtime.ref(ReportGenerator, 'ReportGenerator');
  const pass = async (ms: number): Promise<void> => {
    await tree.clock.advance(ms);
    do
      await tree.runtime.sys.getState(generator); // answered when it has started what was due
    while ((await tree.runtime.taskSupervisor('Jobs').children()).length > 0);
    await tree.runtime.sys.getState(generator); // it has heard of the last end
  };
  return { tree, store, generator, files, asked: store.asked, pass };
}
