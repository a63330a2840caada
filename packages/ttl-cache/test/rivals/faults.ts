import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SWEEP_MS, type Subject, type SubjectOptions } from './subjects.js';

/** Whether it does what is asked; undefined if it cannot be asked that. */
type Verdict = boolean | undefined;

/** A question, and how to ask it. What follows from a `true` is what a user would want. */
export interface Fault {
  readonly id: string;
  readonly question: string;
  readonly ask: (make: (options?: SubjectOptions) => Subject, name: string) => Promise<Verdict>;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Keeps the thread busy, so that no timer can fire. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** With the date an hour ahead. */
async function anHourLater<T>(work: () => Promise<T> | T): Promise<T> {
  const { now } = Date;
  Date.now = () => now() + 3_600_000;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}

async function rejects(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch {
    return true;
  }
}

export const FAULTS: readonly Fault[] = [
  {
    id: 'expired',
    question: 'never gives what has expired',
    ask: async (make) => {
      const cache = make();
      await cache.put('a', 1, 20);
      block(40);
      return ((await cache.get('a')) ?? undefined) === undefined;
    },
  },
  {
    id: 'blocked',
    question: 'nor when the event loop was blocked since the read before',
    ask: async (make) => {
      const cache = make();
      for (const ttlMs of [30, 300, 3000]) {
        await cache.put('a', 1, ttlMs);
        if ((await cache.get('a')) !== 1) continue; // the machine was away for so long: asked again, with more time
        block(2 * ttlMs);
        return ((await cache.get('a')) ?? undefined) === undefined;
      }
      return false;
    },
  },
  {
    id: 'frees',
    question: 'frees what has expired, though nobody reads it',
    ask: async (make) => {
      const cache = make();
      if (cache.held === undefined) return undefined;
      for (let key = 0; key < 1000; key++) await cache.put(`k${key}`, key, 10);
      await sleep(500);
      for (let turn = 0; turn < 100; turn++) await nextTurn(); // timers that are due have fired by then, however late it is
      return cache.held() === 0;
    },
  },
  {
    id: 'date',
    question: 'keeps its entries when the date is changed',
    ask: async (make) => {
      const cache = make();
      await cache.put('a', 1);
      return anHourLater(async () => (await cache.get('a')) === 1);
    },
  },
  {
    id: 'full',
    question: 'makes room when it is full',
    ask: async (make, name) => {
      if (name === 'cache-manager' || name === 'cacheable') return undefined; // no such option of the default store
      const cache = make({ max: 2 });
      return !(await rejects(async () => {
        for (const key of ['a', 'b', 'c']) await cache.put(key, 1);
        if ((await cache.get('c')) !== 1) throw new Error('lost');
      }));
    },
  },
  {
    id: 'forever',
    question: 'also when all in it lasts for ever',
    ask: async (make, name) => {
      if (name === 'cache-manager' || name === 'cacheable') return undefined;
      if (name === '@isaacs/ttlcache') return endsInTime(); // it does not return
      const cache = make({ max: 2 });
      return !(await rejects(async () => {
        for (const key of ['a', 'b', 'c']) await cache.put(key, 1, Infinity);
        if ((await cache.get('c')) !== 1) throw new Error('lost');
      }));
    },
  },
  {
    id: 'undefined',
    question: 'tells a stored undefined from nothing',
    ask: async (make) => {
      const cache = make();
      const failed = await rejects(async () => cache.put('a', undefined));
      if (failed) return false;
      if (cache.has !== undefined) return cache.has('a');
      let loads = 0;
      for (let i = 0; i < 2; i++) await cache.fetch?.('b', () => Promise.resolve(void loads++));
      return loads === 1;
    },
  },
  {
    id: 'kinds',
    question: 'gives back a Date as a Date, a Map as a Map',
    ask: async (make) => {
      const cache = make();
      const isRejected = await rejects(async () => cache.put('a', { date: new Date(0), map: new Map() }));
      const { date, map } = ((await cache.get('a')) ?? {}) as { date?: unknown; map?: unknown };
      return !isRejected && date instanceof Date && map instanceof Map;
    },
  },
  {
    id: 'untouched',
    question: 'reads without building the value anew',
    ask: async (make) => {
      const cache = make();
      await cache.put('a', [{ n: 1 }]);
      return (await cache.get('a')) === (await cache.get('a'));
    },
  },
  {
    id: 'copies',
    question: 'can be told to keep copies, so that callers cannot change what it holds',
    ask: async (make) => {
      const cache = make();
      const value = { n: 1 };
      await cache.put('a', value);
      value.n = 2;
      return ((await cache.get('a')) as { n: number }).n === 1;
    },
  },
  {
    id: 'once',
    question: '1,000 callers, one load',
    ask: async (make) => {
      const { fetch } = make();
      if (fetch === undefined) return undefined;
      const { load, end, count } = heldLoad();
      const loading = Promise.all(Array.from({ length: 1000 }, () => fetch('a', load)));
      await nextTurn();
      end();
      await loading;
      return count() === 1;
    },
  },
  {
    id: 'failure',
    question: 'a load that fails tells its caller',
    ask: async (make) => {
      const { fetch } = make();
      return fetch && rejects(() => fetch('a', () => Promise.reject(new Error('down'))));
    },
  },
  {
    id: 'failures',
    question: '20 callers of a load that fails: one load',
    ask: async (make) => {
      const { fetch } = make();
      if (fetch === undefined) return undefined;
      const { load, end, count } = heldLoad(() => Promise.reject(new Error('down')));
      const loading = Promise.allSettled(Array.from({ length: 20 }, () => fetch('a', load)));
      await nextTurn();
      end();
      await loading;
      return count() === 1;
    },
  },
  {
    id: 'abort',
    question: 'one caller’s abort spares the others',
    ask: async (make) => {
      const { fetch, isAbortable } = make();
      if (fetch === undefined || isAbortable !== true) return undefined;
      const bored = new AbortController();
      const { load, end } = heldLoad();
      const first = fetch('a', load, bored.signal).catch(() => 'aborted');
      const second = fetch('a', load).catch(() => 'aborted');
      bored.abort();
      end();
      return (await first) === 'aborted' && (await second) === 1;
    },
  },
  {
    id: 'deleted',
    question: 'a delete during a load is not undone by it',
    ask: async (make) => {
      const cache = make();
      const { fetch } = cache;
      if (fetch === undefined) return undefined;
      const { load, begun, end } = heldLoad();
      const loading = fetch('a', load).catch(() => undefined);
      await begun;
      await cache.delete('a');
      end();
      await loading;
      return ((await cache.get('a')) ?? undefined) === undefined;
    },
  },
  {
    id: 'undisturbed',
    question: 'nor does it fail those who wait',
    ask: async (make) => {
      const cache = make();
      const { fetch } = cache;
      if (fetch === undefined) return undefined;
      const { load, begun, end } = heldLoad();
      const loading = fetch('a', load).catch(() => undefined);
      await begun;
      await cache.delete('a');
      end();
      return (await loading) === 1;
    },
  },
  {
    id: 'ghost',
    question: 'renewing what is not there leaves nothing behind',
    ask: async (make, name) => {
      const heard: string[] = [];
      const cache = make({ onRemoval: (key) => void heard.push(key) });
      if (cache.touch === undefined || name === 'node-cache') return undefined;
      await cache.touch('ghost');
      await cache.put('a', 1);
      await cache.close?.();
      return !heard.includes('ghost');
    },
  },
  {
    id: 'sweep',
    question: 'the event loop is held no longer by a sweep over 500,000 live entries than by one over 50,000',
    ask: async (make, name) => {
      const cache = make();
      if (cache.held === undefined || name === 'cache-manager' || name === 'cacheable') return undefined;
      for (let key = 0; key < 50_000; key++) cache.put(`k${key}`, key, 600_000); // none expires meanwhile
      const few: number[] = [];
      for (let window = 0; window < 5; window++) few.push(await longestBlock(cache));
      const usualMs = few.toSorted((a, b) => a - b)[2] ?? 0;
      const limitMs = 3 * Math.max(5, usualMs);
      for (let key = 50_000; key < 500_000; key++) cache.put(`k${key}`, key, 600_000);
      // What costs ten times as much never passes; what costs the same does, once the machine lets it.
      for (let window = 0; window < 10; window++) if ((await longestBlock(cache)) < limitMs) return true;
      return false;
    },
  },
];

/** A load that has begun, and ends when it is told to: however busy the machine is. */
function heldLoad(outcome: () => Promise<number> = () => Promise.resolve(1)): {
  load: () => Promise<number>;
  begun: Promise<void>;
  end: () => void;
  count: () => number;
} {
  let loads = 0;
  let begin = (): void => {};
  let end = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { load: () => (loads++, begin(), ended.then(outcome)), begun, end, count: () => loads };
}

/** In 10 sweeps at least, which it does of itself or is told to do: processor time, so that others on the machine do not count. */
async function longestBlock(cache: Subject): Promise<number> {
  let longest = 0;
  for (const until = performance.now() + 10 * SWEEP_MS; performance.now() < until;) {
    const before = process.cpuUsage();
    cache.sweep?.();
    await nextTurn();
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
  }
  return longest;
}

const ENDLESS = `
import { TTLCache } from '@isaacs/ttlcache';
const cache = new TTLCache({ max: 2, ttl: Infinity });
for (const key of ['a', 'b', 'c']) cache.set(key, 1);
`;

/** In a process of its own, as it would never give this one back. */
function endsInTime(): Promise<boolean> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return new Promise((resolve) => {
    const args = ['--input-type=module', '--eval', ENDLESS];
    execFile(process.execPath, args, { cwd, timeout: 5000, killSignal: 'SIGKILL' }, (error) => resolve(error === null));
  });
}
