import {
  registry,
  type RegistryOptions,
  type RegistryRef,
  type Runtime,
  type Self,
  type ServerRef,
} from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

/** A process that registers: what a test does to the registry, it does inside it. */
export class Registrant {
  constructor(
    readonly ref: ServerRef<Probe>,
    private readonly runtime: Runtime,
  ) {}

  get pid(): NonNullable<typeof this.ref.pid> {
    if (this.ref.pid === undefined) throw new Error('It has ended.');
    return this.ref.pid;
  }

  /** Runs it in the process, with its own `self`. */
  async as<T>(work: (self: Self) => T): Promise<T> {
    const results: T[] = [];
    await this.ref.call.run(({ self }) => void results.push(work(self)));
    return results[0] as T;
  }

  received(): Promise<readonly unknown[]> {
    return this.ref.call.received();
  }

  kill(): void {
    this.runtime.kill(this.ref);
  }
}

export interface Registrants<Key, Value> extends TestRuntime {
  readonly book: RegistryRef<Key, Value>;
  /** Starts the registry anew, after its end. */
  readonly restart: () => Promise<unknown>;
  /** Starts one more; it traps exits only if asked. */
  readonly registrant: (options?: { readonly trapExit?: boolean }) => Promise<Registrant>;
}

type Options = Omit<RegistryOptions, 'keys'>;

/** Makes runtimes with a registry called `book`. */
export function useRegistrants(): <Key = string, Value = unknown>(
  keys: RegistryOptions['keys'],
  options?: Options,
) => Promise<Registrants<Key, Value>> {
  const newRuntime = useRuntimes();
  return async <Key, Value>(keys: RegistryOptions['keys'], options: Options = {}) => {
    const made = newRuntime();
    const { runtime } = made;
    const restart = () => runtime.start(registry<Key, Value>({ name: 'book', keys, ...options }));
    const book = await restart();
    const registrant = async (init: { readonly trapExit?: boolean } = {}): Promise<Registrant> =>
      new Registrant(await runtime.start(Probe, { args: [init] }), runtime);
    return { ...made, book, restart, registrant };
  };
}

/** What it throws. */
export function tryTo(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Expected a throw.');
}
