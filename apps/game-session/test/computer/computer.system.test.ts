import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { LeakDetector } from '@rookery/genserver/testing';
import { Computer, type Question } from '../../src/computer/computer.js';
import { computerPool, type ComputerSettings } from '../../src/computer/computer.pool.js';
import { replay } from '../../src/rules/connect-four.js';

// With real threads. What they are told in the middle they are told by the memory that they share with the computer, so no test has to
// guess how long anything takes.

/** For thoughts that are not to be cut off. */
const LONG: ComputerSettings = { computerThreads: 1, computerMoveMs: 600_000 };
const empty: Question = { moves: [], level: 5, chance: 0 };

let runtime: Runtime;
let leaks: LeakDetector;
let lines: string[];

beforeEach(() => {
  leaks = new LeakDetector();
  lines = [];
  const note = (line: unknown): void => void lines.push(String(line));
  Logger.overrideLogger({ log: note, error: note, warn: note });
  runtime = new Runtime();
});

afterEach(async () => {
  await runtime.shutdown();
  Logger.overrideLogger(true);
  await leaks.assertNone({ runtime });
});

async function start(settings: ComputerSettings): Promise<Computer> {
  await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', children: [computerPool(settings)] });
  return new Computer(runtime, settings);
}

describe('the computer', () => {
  test('finds its move in a thread', async () => {
    const computer = await start(LONG);
    expect(await computer.choose({ moves: [0, 1, 0, 1, 0, 1], level: 1, chance: 0 })).toBe(0);
    expect([1, 4]).toContain(await computer.choose({ moves: [3, 0, 2, 0], level: 4, chance: 0 }));
  });

  test('at level 5 is content with what it has found when most of its time is over', async () => {
    const computer = await start({ computerThreads: 1, computerMoveMs: 1_000 });
    const column = await computer.choose(empty);
    expect(replay([column]).moves).toHaveLength(1);
  });

  test('is asked again when its thread crashes in the middle', async () => {
    const computer = await start(LONG);
    const move = computer.choose({ moves: [0, 1, 0, 1, 0, 1], level: 5, chance: 0 });
    computer.disturb('crash');
    expect(await move).toBe(0);
    expect(lines.filter((line) => line.includes('is asked again'))).toHaveLength(1);
  });

  test('whose thread hangs plays what it had found by then, and thinks on in another thread', async () => {
    const computer = await start({ computerThreads: 1, computerMoveMs: 2_000 });
    const move = computer.choose(empty);
    computer.disturb('hang');
    expect(replay([await move]).moves).toHaveLength(1);
    expect(lines.filter((line) => line.includes('was ended while it was thinking'))).toHaveLength(1);
    expect(await computer.choose({ moves: [0, 1, 0, 1, 0, 1], level: 2, chance: 0 })).toBe(0);
  });

  test('lets a thread crash that has nothing to do, and goes on', async () => {
    const computer = await start(LONG);
    computer.disturb('crash');
    expect(await computer.choose({ moves: [0, 1, 0, 1, 0, 1], level: 2, chance: 0 })).toBe(0);
  });

  test('stops thinking when nobody waits any more', async () => {
    const computer = await start(LONG);
    const leaving = new AbortController();
    const move = computer.choose({ ...empty, signal: leaving.signal });
    leaving.abort();
    await move; // within ten minutes: it was told, or it would go on to the end of the game
    expect(await computer.choose({ moves: [0, 1, 0, 1, 0, 1], level: 2, chance: 0 })).toBe(0);
  });

  test('rejects while its pool is away, and is back with it', async () => {
    const computer = await start(LONG);
    runtime.kill('computer');
    await expect(computer.choose(empty)).rejects.toMatchObject({ code: 'ERR_WORKER_POOL_STOPPED' });
    const isBack = new Promise<void>((resolve) => {
      const stop = runtime.subscribe((event) => {
        if (event.kind !== 'child_restarted') return;
        stop();
        resolve();
      });
      if (runtime.whereis('computer') !== undefined) resolve(stop());
    });
    await isBack;
    expect(await computer.choose({ moves: [0, 1, 0, 1, 0, 1], level: 2, chance: 0 })).toBe(0);
  });
});
