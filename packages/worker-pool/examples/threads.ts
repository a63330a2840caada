import { threads, WorkerPool } from '@rookery/worker-pool';

const engine = threads<typeof import('./hash.mjs').hash>({
  module: new URL('./hash.mjs', import.meta.url),
  export: 'hash',
  maxThreads: 2,
});
const pool = new WorkerPool({ engine });

console.log(await pool.executeTask({ text: 'Ada', rounds: 10_000 })); // input and result have the types of the function

for await (const digest of pool.map(['a', 'b', 'c'].map((text) => ({ text, rounds: 1_000 })))) console.log(digest);

const refused = await pool.executeTask({ text: '', rounds: 1 }).catch((error: unknown) => error);
console.log(refused instanceof RangeError, (refused as { code?: string }).code);

// This would take hours. Its thread is ended, and another one takes its place.
const endless = await pool
  .executeTask({ text: 'x', rounds: 1e10 }, { runTimeoutMs: 100 })
  .catch((error: unknown) => error);
console.log((endless as Error).message);
console.log(await pool.executeTask({ text: 'Ada', rounds: 10_000 }));

await pool.drain();
