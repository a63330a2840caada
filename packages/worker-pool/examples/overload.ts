import { QueueFullError, TaskTimeoutError, WorkerPool } from '@rookery/worker-pool';

const pool = new WorkerPool({
  size: 1,
  timeoutMs: 50,
  queue: { limit: 1 },
  onEvent: (event) => console.log('event:', event.kind),
});

let stop!: () => void;
const endless = pool.executeTask(
  ({ signal }) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => console.log('told to stop, but busy'));
      stop = resolve;
    }),
);
const waiting = pool.executeTask(() => 'never begun', { queueTimeoutMs: 20 });
const tooMuch = pool.executeTask(() => 'never taken');

console.log(await tooMuch.catch((error: unknown) => error instanceof QueueFullError));
console.log(await waiting.catch((error: unknown) => (error as Error).message));
console.log(await endless.catch((error: unknown) => error instanceof TaskTimeoutError && error.hasBegun));

const { busy, overdue, rejected, timedOut } = pool.getStats();
console.log({ busy, overdue, rejected, timedOut }); // it keeps its slot until it is done

stop();
console.log(await pool.executeTask(() => 'a free slot'));
await pool.stop();
