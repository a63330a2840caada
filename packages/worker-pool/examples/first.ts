import { WorkerPool } from '@rookery/worker-pool';

const pool = new WorkerPool(); // 5 at a time, 10 s for each

async function fetchUser(id: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (id === 3) throw new Error('no such user');
  return `user ${id}`;
}

const ids = [1, 2, 3, 4, 5, 6, 7];
const answers = ids.map((id) => pool.executeTask(() => fetchUser(id)));

const { total, available, busy, queued } = pool.getStats();
console.log({ total, available, busy, queued });

for (const answer of await Promise.allSettled(answers)) {
  console.log(answer.status === 'fulfilled' ? answer.value : `failed: ${answer.reason}`);
}

const { completed, failed } = pool.getStats();
console.log({ completed, failed });
await pool.stop();
