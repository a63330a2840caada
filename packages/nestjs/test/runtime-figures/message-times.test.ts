import { afterEach, expect, test } from '@jest/globals';
import { exit, ExitReason, GenServer, refuse, Runtime } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { followTimes } from '../../src/integrations/runtime-figures/message-times.js';

class Clerk extends GenServer {
  async work(until: Promise<void>): Promise<void> {
    await until;
  }
  deny(): void {
    return refuse(new Error('no'));
  }
  leave(): void {
    exit(ExitReason.normal);
  }
  crash(): void {
    throw new Error('no');
  }
  tick(): void {
    this.self.sendAfter(10, 'tick');
  }
  override handleInfo(): void {}
}

const runtimes: Runtime[] = [];
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.shutdown();
});

async function start() {
  const clock = new ManualClock();
  const runtime = new Runtime({ clock });
  runtimes.push(runtime);
  const clerk = await runtime.start(Clerk);
  const told: string[] = [];
  const sorts = new Set<object>();
  const stop = followTimes(runtime, {
    waited: (sort, seconds) => {
      sorts.add(sort);
      told.push(`${sort.className} ${sort.kind} ${sort.message} waited ${seconds}`);
    },
    handled: (sort, outcome, seconds) => {
      sorts.add(sort);
      told.push(`${sort.className} ${sort.kind} ${sort.message} ${outcome} ${seconds}`);
    },
  });
  return { clock, runtime, clerk, told, sorts, stop };
}

test('tells how long messages wait, and how long their handlers take', async () => {
  const { clock, clerk, told, sorts, stop } = await start();
  const first = clerk.call.work(clock.advance(1500));
  await clerk.call.work(Promise.resolve());
  await first;
  expect(told).toEqual([
    'Clerk call work waited 0',
    'Clerk call work ok 1.5',
    'Clerk call work waited 1.5',
    'Clerk call work ok 0',
  ]);
  expect(sorts.size).toBe(1);
  stop();
  await clerk.call.work(Promise.resolve());
  expect(told).toHaveLength(4);
});

test.each([
  ['deny', 'refused'],
  ['leave', 'ok'],
  ['crash', 'crashed'],
] as const)('%s is %s', async (message, outcome) => {
  const { clerk, told } = await start();
  await clerk.call[message]().catch(() => undefined);
  expect(told.at(-1)).toBe(`Clerk call ${message} ${outcome} 0`);
});

test('what was at work when its process was ended is abandoned', async () => {
  const { runtime, clock, clerk, told } = await start();
  clerk.cast.work(new Promise(() => undefined));
  await clock.advance(500);
  runtime.kill(clerk);
  expect(told.at(-1)).toBe('Clerk cast work abandoned 0.5');
});

test('a request that nobody waited for any more has waited, too', async () => {
  const { clock, clerk, told } = await start();
  clerk.cast.work(clock.advance(2000));
  const expired = clerk.with({ timeoutMs: 1000 }).call.deny();
  await expect(expired).rejects.toThrow('within 1000 ms');
  await clock.advance(0);
  expect(told).toContain('Clerk call deny waited 2');
  expect(told.filter((line) => line.includes('deny'))).toHaveLength(1);
});

test('of timers the handler is told, as nobody knows when they were sent; nothing of requests of sys', async () => {
  const { runtime, clock, clerk, told } = await start();
  await clerk.call.tick();
  await clock.advance(10);
  await runtime.sys.getState(clerk);
  await runtime.stop(clerk);
  expect(told.slice(2)).toEqual(['Clerk info timer ok 0']);
});
