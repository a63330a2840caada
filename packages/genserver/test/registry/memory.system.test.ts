import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { useRegistrants } from './registrants.js';

const start = useRegistrants();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is left, in MB, after the work was done, and once before as a warm-up. */
async function growth(work: () => Promise<void>): Promise<number> {
  await work();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await work();
  collectGarbage();
  return (process.memoryUsage().heapUsed - before) / 2 ** 20;
}

const ROUNDS = 20_000;

describe('a process that goes on keeps nothing of', () => {
  test('what it has taken back (REG-013, REG-017)', async () => {
    const { book, registrant } = await start('unique');
    const a = await registrant();
    const comeAndGo = (): Promise<void> =>
      a.as((self) => {
        for (let round = 0; round < ROUNDS; round++) {
          book.register(self, 'k', round);
          book.unregister(self, 'k');
        }
      });
    expect(await growth(comeAndGo)).toBeLessThan(1); // what is kept of each would be 4 MB
  });

  test('registries that have ended (REG-019)', async () => {
    const { runtime, clock, book, registrant, restart } = await start('duplicate');
    const a = await registrant({ trapExit: true });
    const outlive = async (): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        await a.as((self) =>
          book.register(
            self,
            'k',
            Array.from({ length: 200_000 }, () => round),
          ),
        );
        runtime.kill('book');
        await clock.advance(0);
        await restart();
      }
    };
    expect(await growth(outlive)).toBeLessThan(4); // the values alone would be 8 MB
  });

  test('locks that it has had (REG-042)', async () => {
    const { book, registrant } = await start('unique');
    const a = await registrant();
    const lockAndLeave = async (): Promise<void> => {
      await a.ref.call.run(async ({ self }) => {
        for (let round = 0; round < ROUNDS; round++) await book.lock(self, 'k', () => round);
      });
    };
    expect(await growth(lockAndLeave)).toBeLessThan(1);
  });
});
