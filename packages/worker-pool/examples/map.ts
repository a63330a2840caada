import { WorkerPool } from '@rookery/worker-pool';

const pool = new WorkerPool({ size: 3 });

let taken = 0;
async function* pages(): AsyncGenerator<number> {
  try {
    for (;;) yield ++taken;
  } finally {
    console.log('the source is closed');
  }
}

async function load(page: number): Promise<readonly string[]> {
  await new Promise((resolve) => setTimeout(resolve, (page % 3) * 5));
  return [`${page}a`, `${page}b`];
}

for await (const rows of pool.map(pages(), (page) => load(page))) {
  console.log(rows);
  if (rows[0] === '5a') break; // of an endless source no more was taken than fits
}
console.log('taken at most 8:', taken <= 8);
await pool.stop();
