import { threads, WorkerPool } from '@rookery/worker-pool';

const pool = new WorkerPool({
  engine: threads<typeof import('./price-worker.js').quote>({
    module: new URL('./price-worker.mjs', import.meta.url), // the built file; `.js` where that is how you build
    export: 'quote',
    setup: 'setup',
    teardown: 'teardown',
    maxThreads: 2,
  }),
});

await pool.ready(); // the first thread has its context
console.log(await pool.executeTask({ item: 'tea', count: 100 }));
console.log(await pool.executeTask({ item: 'coffee', count: 100 }));
await pool.drain(); // closes the contexts
