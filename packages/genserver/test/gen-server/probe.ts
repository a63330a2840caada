import { type ExitReason, GenServer, type ServerRef } from '../../src/index.js';

/** What a probe notes down about its end, kept outside it. */
export interface LastWords {
  readonly reasons: ExitReason[];
}

/** Runs whatever a test gives it inside its process, and remembers what comes to handleInfo. */
export class Probe extends GenServer {
  readonly seen: unknown[] = [];
  lastWords: LastWords | undefined;

  override init(options: { readonly trapExit?: boolean; readonly lastWords?: LastWords } = {}): void | Promise<void> {
    this.self.trapExit(options.trapExit ?? false);
    this.lastWords = options.lastWords;
  }

  override handleInfo(message: unknown): void | Promise<void> {
    this.seen.push(message);
  }

  override terminate(reason: ExitReason): void | Promise<void> {
    this.lastWords?.reasons.push(reason);
  }

  run<T>(work: (probe: this) => T): T {
    return work(this);
  }

  received(): readonly unknown[] {
    return [...this.seen];
  }

  ping(): 'pong' {
    return 'pong';
  }
}

/** A promise and how to settle it, for handlers that wait until the test says so. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  readonly open: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const opened = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { opened, open, fail };
}

/** What a promise rejects with; for several assertions on one error. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Expected a rejection, but the promise resolved.');
}

/** Throws anything, also what is no Error. */
export function raise(error: unknown): never {
  throw error;
}

/** What `work` gives inside the probe's process, with its type. */
export function within<P extends Probe, T>(probe: ServerRef<P>, work: (probe: P) => T): Promise<Awaited<T>> {
  return (probe.call as unknown as { run(work: (probe: P) => T): Promise<Awaited<T>> }).run(work);
}
