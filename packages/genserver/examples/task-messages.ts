import { Down, formatReason, GenServer, type MonitorRef, Runtime, TaskReply, taskSupervisor } from '@rookery/genserver';

const runtime = new Runtime();

/** Goes on taking messages while its jobs run; hears of each result by a message. */
class Reports extends GenServer {
  readonly #running = new Map<MonitorRef, string>();

  make(name: string): void {
    const task = runtime.taskSupervisor('jobs').asyncNolink(this.self, () => render(name), { asMessage: true });
    if (task.ref !== undefined) this.#running.set(task.ref, name);
  }

  running(): readonly string[] {
    return [...this.#running.values()];
  }

  override handleInfo(message: unknown): void {
    if (message instanceof TaskReply) console.log(`${this.#running.get(message.ref)}: ${String(message.value)}`);
    if (!(message instanceof Down)) return;
    const name = this.#running.get(message.ref);
    this.#running.delete(message.ref);
    if (message.reason.kind !== 'normal') console.log(`${name} failed: ${formatReason(message.reason)}`);
  }
}

async function render(name: string): Promise<string> {
  await Promise.resolve();
  if (name === 'march') throw new Error('no data');
  return `${name} has 12 pages`;
}

await runtime.start(taskSupervisor({ name: 'jobs', maxChildren: 100 }));
const reports = await runtime.start(Reports);
await reports.call.make('january');
await reports.call.make('march');
await new Promise((resolve) => setImmediate(resolve));
console.log(await reports.call.running());
await runtime.shutdown();
