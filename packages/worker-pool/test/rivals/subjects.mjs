import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { closures, threads, WorkerPool } from '@rookery/worker-pool';
import fastq from 'fastq';
import PQueue from 'p-queue';
import { Piscina } from 'piscina';
import { DynamicThreadPool, FixedThreadPool } from 'poolifier';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';
import { act } from './acts.mjs';

// Each pool under one face:
//   run(act, { signal })   begins it when its turn has come
//   call(f), timed(f, ms)  the same with any function, for those that run closures
//   clear()                ends all that wait
//   close()                ends all
// `options`: size, min (how many are kept), limit (how many may wait), and `own` for the pool itself.

const require = createRequire(import.meta.url);
const acts = new URL('acts.mjs', import.meta.url);
const script = (name) => fileURLToPath(new URL(`workers/${name}.mjs`, import.meta.url));

function versionOf(name) {
  const manifests = (require.resolve.paths(name) ?? []).map((path) => `${path}/${name}/package.json`);
  return JSON.parse(
    readFileSync(
      manifests.find((path) => existsSync(path)),
      'utf8',
    ),
  ).version;
}

const ourQueue = ({ limit }) => (limit === undefined ? {} : { queue: { limit } });

function ourThreads({ size, min = size, ...options }) {
  const engine = threads({ module: acts, export: 'act', minThreads: min, maxThreads: size });
  const pool = new WorkerPool({ engine, timeoutMs: Infinity, ...ourQueue(options) });
  return {
    run: (what, { signal } = {}) => pool.executeTask(what, signal && { signal }),
    clear: () => pool.stop(),
    close: () => pool.stop(),
  };
}

function ourClosures({ size, ...options }) {
  const pool = new WorkerPool({ engine: closures(), size, timeoutMs: Infinity, ...ourQueue(options) });
  return {
    run: (what, { signal } = {}) => pool.executeTask(() => act(what), signal && { signal }),
    call: (f) => pool.executeTask(f),
    timed: (f, timeoutMs) => pool.executeTask(f, { timeoutMs }),
    clear: () => pool.stop(),
    close: () => pool.stop(),
  };
}

function piscina({ size, min = size, limit = Infinity, own }) {
  const pool = new Piscina({
    filename: acts.href,
    name: 'act',
    minThreads: min,
    maxThreads: size,
    maxQueue: limit,
    ...own,
  });
  pool.on('error', () => undefined);
  return {
    run: (what, { signal } = {}) => pool.run(what, { signal }),
    clear: () => pool.destroy(),
    close: () => pool.destroy(),
  };
}

function tinypool({ size, min = size, limit = Infinity, own }) {
  const pool = new Tinypool({
    filename: acts.href,
    name: 'act',
    minThreads: min,
    maxThreads: size,
    maxQueue: limit,
    ...own,
  });
  return {
    run: (what, { signal } = {}) => pool.run(what, { signal }),
    clear: () => pool.destroy(),
    close: () => pool.destroy(),
  };
}

function workerPool({ size, min = size, limit = Infinity }) {
  const pool = workerpool.pool(script('workerpool'), {
    minWorkers: min,
    maxWorkers: size,
    maxQueueSize: limit,
    workerType: 'thread',
  });
  return {
    run: (what, { signal } = {}) => {
      const promise = pool.exec('act', [what]);
      signal?.addEventListener('abort', () => promise.cancel(), { once: true });
      return Promise.resolve(promise);
    },
    clear: () => pool.terminate(true),
    close: () => pool.terminate(true),
  };
}

function poolifier({ size, min = size }) {
  const options = { enableTasksQueue: true, tasksQueueOptions: { concurrency: 1 } };
  const file = script('poolifier');
  const pool = min < size ? new DynamicThreadPool(min, size, file, options) : new FixedThreadPool(size, file, options);
  return {
    run: (what, { signal } = {}) => pool.execute(what, undefined, signal),
    clear: () => pool.destroy(),
    close: () => pool.destroy(),
  };
}

function pQueue({ size }) {
  const queue = new PQueue({ concurrency: size });
  return {
    run: (what, { signal } = {}) => queue.add(() => act(what), signal && { signal }),
    call: (f) => queue.add(f),
    timed: (f, timeout) => queue.add(f, { timeout }),
    clear: () => queue.clear(),
    close: () => queue.clear(),
  };
}

function fastQ({ size, own }) {
  const queue = fastq.promise(async (f) => f(), size);
  return {
    run: (what) => queue.push(() => act(what)),
    call: (f) => queue.push(f),
    clear: () => (own?.isAborting ? queue.abort() : queue.kill()),
    close: () => queue.kill(),
  };
}

/** `can` is what they can be asked; `tuned` is with which option of theirs a question is asked again. */
export const SUBJECTS = [
  { name: 'ours, threads', version: '', can: ['threads', 'signal', 'limit'], make: ourThreads, tuned: {} },
  {
    name: 'ours, closures',
    version: '',
    can: ['closures', 'signal', 'limit', 'timeout'],
    make: ourClosures,
    tuned: {},
  },
  {
    name: 'piscina',
    version: versionOf('piscina'),
    can: ['threads', 'signal', 'limit'],
    make: piscina,
    tuned: {
      order: ['stricterFIFO', { stricterFIFO: true }],
      timers: ["atomics: 'disabled'", { atomics: 'disabled' }],
      reuse: ['idleTimeout', { idleTimeout: 30_000 }],
    },
  },
  {
    name: 'tinypool',
    version: versionOf('tinypool'),
    can: ['threads', 'signal', 'limit'],
    make: tinypool,
    tuned: { timers: ['useAtomics: false', { useAtomics: false }], reuse: ['idleTimeout', { idleTimeout: 30_000 }] },
  },
  {
    name: 'workerpool',
    version: versionOf('workerpool'),
    can: ['threads', 'signal', 'limit'],
    make: workerPool,
    tuned: {},
  },
  { name: 'poolifier', version: versionOf('poolifier'), can: ['threads', 'signal'], make: poolifier, tuned: {} },
  { name: 'p-queue', version: versionOf('p-queue'), can: ['closures', 'signal', 'timeout'], make: pQueue, tuned: {} },
  {
    name: 'fastq',
    version: versionOf('fastq'),
    can: ['closures'],
    make: fastQ,
    tuned: { clear: ['abort()', { isAborting: true }] },
  },
];
