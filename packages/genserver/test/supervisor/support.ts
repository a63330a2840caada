import { afterEach } from '@jest/globals';
import {
  child,
  type ChildSpec,
  ExitReason,
  formatReason,
  GenServer,
  type Ignored,
  ignore,
  type Pid,
  type Restart,
  type Runtime,
  type RuntimeEvent,
  type ServerRef,
  type Shutdown,
  stop,
  type Stopped,
} from '../../src/index.js';
import type { ManualClock } from '../../src/testing.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

/** What one start attempt does. */
type Attempt = 'ok' | 'fail' | 'ignore';

/** How a worker of a test tree behaves. */
export interface WorkerPlan {
  readonly restart?: Restart;
  readonly shutdownMs?: Shutdown;
  readonly significant?: boolean;
  readonly trapExit?: boolean;
  /** One for each start; the last one stands for all that follow. Default always `ok`. */
  readonly attempts?: readonly Attempt[];
  /** What terminate does: returns, takes so many milliseconds, never ends, or throws. Default `quick`. */
  readonly cleanup?: 'quick' | number | 'hang' | 'throw';
  /** Default true: the id is its name. */
  readonly named?: boolean;
}

/** Writes down its life. */
export class Worker extends GenServer {
  #tree!: TestTree;
  #id = '';
  #plan: WorkerPlan = {};

  override init(tree: TestTree, id: string, plan: WorkerPlan): void | Ignored | Stopped {
    [this.#tree, this.#id, this.#plan] = [tree, id, plan];
    this.self.trapExit(plan.trapExit === true);
    const attempt = tree.nextAttempt(id, plan.attempts ?? ['ok']);
    if (attempt === 'ok') return tree.started(this.self.pid, id);
    tree.note(`${attempt} ${id}`);
    return attempt === 'ignore' ? ignore() : stop(ExitReason.error(`${id} does not start`));
  }

  override handleInfo(): void {}

  override terminate(reason: ExitReason): void | Promise<void> {
    this.#tree.note(`terminate ${this.#id}: ${formatReason(reason)}`);
    const { cleanup = 'quick' } = this.#plan;
    if (cleanup === 'throw') throw new Error('cleanup failed');
    if (cleanup === 'quick') return undefined;
    return new Promise((resolve) => {
      if (cleanup !== 'hang') this.#tree.clock.setTimer(cleanup, resolve);
    });
  }

  end(reason: ExitReason): void {
    this.self.stop(reason);
  }

  crash(): never {
    throw new Error('boom');
  }

  hang(): Promise<void> {
    return new Promise(() => {});
  }

  ping(): string {
    return 'pong';
  }
}

/** A runtime, and the lives of the workers in it, in the order in which things happened. */
export class TestTree implements TestRuntime {
  readonly runtime: Runtime;
  readonly clock: ManualClock;
  readonly events: readonly RuntimeEvent[];
  readonly #attempts = new Map<string, number>();
  readonly #labels = new Map<Pid, string>();
  #lines: string[] = [];
  readonly unsubscribe: () => void;

  constructor({ runtime, clock, events }: TestRuntime) {
    this.runtime = runtime;
    this.clock = clock;
    this.events = events;
    this.unsubscribe = runtime.subscribe((event) => this.#hear(event));
  }

  worker(id: string, plan: WorkerPlan = {}): ChildSpec<ServerRef<Worker>> {
    const { restart, shutdownMs, significant, named = true } = plan;
    return child(Worker, {
      id,
      args: [this, id, plan],
      ...(named && { name: id }),
      ...(restart !== undefined && { restart }),
      ...(shutdownMs !== undefined && { shutdownMs }),
      ...(significant !== undefined && { significant }),
    }) as ChildSpec<ServerRef<Worker>>;
  }

  /** Several workers with the same plan: `workers('abc')`. */
  workers(ids: string, plan: WorkerPlan = {}): readonly ChildSpec<ServerRef<Worker>>[] {
    return Array.from(ids, (id) => this.worker(id, plan));
  }

  /** Ends a worker from inside, and lets everything that follows happen. */
  async end(id: string, reason: ExitReason): Promise<void> {
    this.ref(id).cast.end(reason);
    await this.clock.advance(0);
  }

  async crash(id: string): Promise<void> {
    this.ref(id).cast.crash();
    await this.clock.advance(0);
  }

  ref(id: string): ServerRef<Worker> {
    return this.runtime.ref(Worker, id);
  }

  /** What has happened since it was asked last. */
  async take(): Promise<readonly string[]> {
    await this.clock.advance(0);
    return this.#lines.splice(0);
  }

  /** What has been started since, in order: `abc`. */
  async takeStarts(): Promise<string> {
    const lines = await this.take();
    return lines.flatMap((line) => (line.startsWith('start ') ? [line.slice('start '.length)] : [])).join('');
  }

  nextAttempt(id: string, attempts: readonly Attempt[]): Attempt {
    const n = this.#attempts.get(id) ?? 0;
    this.#attempts.set(id, n + 1);
    return attempts[n] ?? attempts.at(-1) ?? 'ok';
  }

  /** How often its start was tried. */
  attempts(id: string): number {
    return this.#attempts.get(id) ?? 0;
  }

  started(pid: Pid, id: string): void {
    this.#labels.set(pid, id);
    this.note(`start ${id}`);
  }

  note(line: string): void {
    this.#lines.push(line);
  }

  /** Notes the exits of workers that had started, and of supervisors that have a name. */
  #hear(event: RuntimeEvent): void {
    if (event.kind !== 'process_exited') return;
    const label = this.#labels.get(event.pid) ?? (/^s|^root/.test(event.process) ? event.process : undefined);
    if (label !== undefined) this.note(`exit ${label}: ${formatReason(event.reason)}`);
  }
}

/** A new tree for each test, gone after it. Workers are named by one letter other than `s`; supervisors `root`, `s…`. */
export function useTrees(): () => TestTree {
  const used: TestTree[] = [];
  afterEach(() => {
    for (const { unsubscribe } of used.splice(0)) unsubscribe();
  });
  const newRuntime = useRuntimes();
  return () => {
    const tree = new TestTree(newRuntime());
    used.push(tree);
    return tree;
  };
}

export const boom = ExitReason.error(new Error('boom'));

/** The reasons of the catalog's tables, by name. */
export const REASONS = {
  normal: ExitReason.normal,
  shutdown: ExitReason.shutdown,
  'shutdown with a detail': ExitReason.shutdownWith('bye'),
  'an error': boom,
  killed: ExitReason.killed,
} as const;

/** What a call throws, on the spot. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('Expected it to throw.');
}
