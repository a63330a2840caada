import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { TtlCache } from '../src/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const SWEEP_MS = 50;
const ENTRIES = 2000;

interface Probe {
  readonly put: (key: object, value: object) => unknown;
  readonly close: () => unknown;
}

async function direct(): Promise<Probe> {
  const cache = new TtlCache<object, object>({ sweepIntervalMs: SWEEP_MS });
  return { put: (key, value) => cache.put(key, value, { ttlMs: 20, tags: ['all'] }), close: () => cache.close() };
}

async function supervised(): Promise<Probe> {
  const runtime = new Runtime();
  const children = [TtlCache.childSpec({ name: 'cache', sweepIntervalMs: SWEEP_MS })];
  await runtime.startSupervisor({ strategy: 'one_for_one', children });
  const cache = TtlCache.ref<object, object>(runtime, 'cache');
  return { put: (key, value) => cache.put(key, value, { ttlMs: 20, tags: ['all'] }), close: () => runtime.shutdown() };
}

test.each([
  ['a plain cache', direct],
  ['a supervised one', supervised],
] as const)(
  '%s: keys and values are physically gone one sweep after their end, though nobody reads',
  async (_, make) => {
    const probe = await make();
    const refs: WeakRef<object>[] = [];
    (function fill(): void {
      for (let i = 0; i < ENTRIES; i++) {
        const [key, value] = [{ i }, { i }];
        refs.push(new WeakRef(key), new WeakRef(value));
        probe.put(key, value);
      }
    })();
    await sleep(20 + SWEEP_MS + 100); // slices, and a busy machine
    collect();
    await sleep(0);
    collect();
    expect(refs.filter((ref) => ref.deref() !== undefined)).toHaveLength(0);
    await probe.close();
  },
);

test('a put over and over of few keys holds no more than few entries', async () => {
  const cache = new TtlCache<number, object>();
  const refs: WeakRef<object>[] = [];
  (function fill(): void {
    for (let i = 0; i < 10_000; i++) {
      const value = { i };
      refs.push(new WeakRef(value));
      cache.put(i % 10, value, 3_600_000);
    }
  })();
  await sleep(0);
  collect();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(10);
  cache.close();
});

test('the room of what is gone is given back, though some is kept', async () => {
  const cache = new TtlCache<number, number>({ maxEntries: Infinity });
  collect();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 100_000; i++) cache.put(i, i);
  const grown = process.memoryUsage().arrayBuffers - before;
  for (let i = 0; i < 99_990; i++) cache.delete(i);
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await sleep(0); // buffers are freed behind
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(grown / 10);
  expect([...cache.keys()]).toHaveLength(10);
  cache.close();
});

test('an open cache does not keep Node running, and a load that never ends keeps it no longer than its time limit', async () => {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const program = `
    import { TtlCache } from '@rookery/ttl-cache';
    const cache = new TtlCache();
    cache.put('a', 1);
    const error = await cache.fetch('b', () => new Promise(() => {}), { loadTimeoutMs: 50 }).catch((error) => error);
    console.log(error.code, cache.has('a'));
  `;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, timeout: 20_000 });
  expect(stdout.trim()).toBe('ERR_TTL_CACHE_LOAD_TIMEOUT true');
});
