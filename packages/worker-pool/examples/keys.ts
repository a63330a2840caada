import { WorkerPool } from '@rookery/worker-pool';

const pool = new WorkerPool({ size: 1 });
const order: string[] = [];

const submit = (name: string, key: string, priority = 0): Promise<unknown> =>
  pool.executeTask(async () => order.push(name), { key, priority });

// One tenant gives many tasks, another one few: they take turns. What is urgent goes first.
await Promise.all([
  ...['a1', 'a2', 'a3', 'a4'].map((name) => submit(name, 'tenant a')),
  ...['b1', 'b2'].map((name) => submit(name, 'tenant b')),
  submit('urgent', 'tenant c', 10),
]);
console.log(order.join(' '));
await pool.stop();
