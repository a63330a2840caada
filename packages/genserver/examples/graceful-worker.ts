import { setTimeout as sleep } from 'node:timers/promises';
import { Application, child, Exit, type ExitReason, formatReason, GenServer, type Pid, Task } from '@rookery/genserver';

/** Runs jobs side by side. Told to stop, it takes no more, lets those that run finish, and cuts off what takes too long. */
class GracefulWorker extends GenServer {
  // What its supervisor gives it: more than it gives its jobs.
  static override readonly childDefaults = { shutdownMs: 2_000 };
  readonly #jobs = new Map<Pid, { readonly name: string; readonly task: Task<string> }>();

  override init(): void {
    this.self.trapExit(true); // else terminate would not run at a shutdown, and a failed job would end the worker
  }

  submit(name: string, job: (signal: AbortSignal) => Promise<string>): void {
    const task = Task.async(this.self, ({ signal }) => job(signal));
    if (task.pid !== undefined) this.#jobs.set(task.pid, { name, task });
  }

  running(): readonly string[] {
    return Array.from(this.#jobs.values(), ({ name }) => name);
  }

  /** A linked task has ended. */
  override async handleInfo(message: unknown): Promise<void> {
    const pid = message instanceof Exit ? message.from : undefined;
    const job = pid && this.#jobs.get(pid);
    if (pid === undefined || job === undefined) return;
    this.#jobs.delete(pid);
    const result = await job.task.yield(0); // it is there already
    const text = result?.kind === 'ok' ? result.value : `failed: ${result && formatReason(result.reason)}`;
    console.log(`${job.name}: ${text}`);
  }

  /** No message is handled any more: waits for the tasks themselves. */
  override async terminate(reason: ExitReason): Promise<void> {
    console.log(`${formatReason(reason)}: waiting for ${this.running().join(', ')}`);
    const jobs = [...this.#jobs.values()];
    const options = { timeoutMs: 300, onTimeout: 'kill_task' } as const;
    const results = await Task.yieldMany(
      jobs.map(({ task }) => task),
      options,
    );
    for (const [index, [, result]] of results.entries()) {
      console.log(`${jobs[index]?.name}: ${result?.kind === 'ok' ? result.value : 'cut off'}`);
    }
  }
}

const app = await Application.start({
  name: 'jobs',
  root: { strategy: 'one_for_one', children: [child(GracefulWorker, { name: 'worker' })] },
});

const worker = app.runtime.ref(GracefulWorker, 'worker');
await worker.call.submit('mail', () => sleep(10, 'sent'));
await worker.call.submit('import', () => Promise.reject(new Error('bad file')));
await worker.call.submit('report', () => sleep(200, 'written'));
await worker.call.submit('backup', (signal) => sleep(60_000, 'copied', { signal }));

await sleep(100);
console.log(`still running: ${(await worker.call.running()).join(', ')}`);
const { killed } = await app.stop(); // as SIGTERM and SIGINT do
console.log(`killed by the supervisor: ${killed.length}`);
