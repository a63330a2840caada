import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, jest, test } from '@jest/globals';
import { WorkerPool } from '../src/index.js';
import { gates, settle, usePools } from './support/pools.js';

const makePool = usePools();

test('saturated is told once, when a task has to wait for a slot; drained when none has to any more', async () => {
  const { pool, events } = makePool({ size: 1, label: 'jobs' });
  const all = gates('a', 'b', 'c');
  const done = [pool.executeTask(all.a.task)];
  expect(events).toEqual([]);
  done.push(pool.executeTask(all.b.task), pool.executeTask(all.c.task));
  expect(events).toEqual([{ kind: 'saturated', pool: 'jobs', queued: 1 }]);
  all.a.open();
  await settle();
  expect(events).toHaveLength(1);
  all.b.open();
  await settle();
  expect(events.slice(1)).toEqual([{ kind: 'drained', pool: 'jobs' }]);
  all.c.open();
  await Promise.all(done);
  expect(events).toHaveLength(2);
});

test('a task that waits for its key only does not saturate the pool', async () => {
  const { pool, events } = makePool({ size: 5 });
  const { a, b } = gates('a', 'b');
  const done = [pool.executeTask(a.task, { key: 1 }), pool.executeTask(b.task, { key: 1 })];
  a.open();
  b.open();
  await Promise.all(done);
  expect(events).toEqual([]);
});

test('events are published on a diagnostics channel, too', async () => {
  const heard: unknown[] = [];
  const listen = (event: unknown): void => void heard.push(event);
  subscribe('rookery:worker-pool', listen);
  const pool = new WorkerPool({ size: 1, label: 'heard' });
  const { a, b } = gates('a', 'b');
  const done = [pool.executeTask(a.task), pool.executeTask(b.task)];
  a.open();
  b.open();
  await Promise.all(done);
  unsubscribe('rookery:worker-pool', listen);
  await pool.stop();
  expect(heard).toEqual([
    { kind: 'saturated', pool: 'heard', queued: 1 },
    { kind: 'drained', pool: 'heard' },
  ]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('bad listener');
    },
  ],
  ['rejects', (): unknown => Promise.reject(new Error('bad listener'))],
])('a listener that %s is a warning and hurts nobody', async (_, onEvent) => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { pool } = makePool({ size: 1, onEvent });
  const { a, b } = gates('a', 'b');
  const done = [pool.executeTask(a.task), pool.executeTask(b.task)];
  a.open();
  b.open();
  await Promise.all(done);
  await settle();
  expect(warn).toHaveBeenCalledTimes(2);
  expect(warn.mock.calls[0]?.[0]).toMatch(/'saturated'.*bad listener/);
});
