import { setTimeout as sleep } from 'node:timers/promises';
import { asyncStream, formatReason, Runtime } from '@rookery/genserver';

/** Pages of some listing, fetched when they are asked for. */
async function* pages(): AsyncGenerator<number> {
  try {
    for (let page = 1; ; page++) yield page;
  } finally {
    console.log('listing closed');
  }
}

async function resize(page: number, signal: AbortSignal): Promise<string> {
  if (page === 2) throw new Error('broken image');
  await sleep(page === 3 ? 10_000 : 1, undefined, { signal });
  return `page ${page} done`;
}

const runtime = new Runtime();
const options = { maxConcurrency: 2, timeoutMs: 200, onTimeout: 'kill_task' } as const;
let count = 0;
for await (const result of asyncStream(runtime, pages(), (page, { signal }) => resize(page, signal), options)) {
  console.log(result.kind === 'ok' ? result.value : formatReason(result.reason));
  if (++count === 4) break; // the tasks that still run are killed, and the listing is closed
}
console.log(runtime.stats().processes);
await runtime.shutdown();
