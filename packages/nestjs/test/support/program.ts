import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a program ended, and all that it wrote. */
export interface Ended {
  readonly code: unknown;
  readonly signal: unknown;
  readonly output: string;
}

/**
 * Both outputs into one pipe: what is read from two comes in no certain order. The shell is replaced by Node.js, so signals go to the program.
 */
const ONE_OUTPUT = ['-c', 'exec "$0" "$@" 2>&1', process.execPath];

/** A program of its own that uses the built packages, as an application does. Ended when it takes far too long. */
export class Program {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #output = '';

  constructor(...args: readonly string[]) {
    const env = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' }; // without the options of the test run
    this.#process = spawn('sh', [...ONE_OUTPUT, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 40_000,
      killSignal: 'SIGKILL',
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#ended = once(this.#process, 'close');
  }

  /** Waits until what it has written matches; rejects when it ends without. */
  async finds(pattern: RegExp): Promise<RegExpExecArray> {
    const isOver = this.#ended.then(() => 'over');
    for (;;) {
      const found = pattern.exec(this.#output);
      if (found !== null) return found;
      const next = Promise.race([
        isOver,
        once(this.#process.stdout as NodeJS.ReadableStream & NodeJS.EventEmitter, 'data'),
      ]);
      if ((await next) === 'over') throw new Error(`It ended without ${String(pattern)}:\n${this.#output}`);
    }
  }

  /** The same for a text. */
  async says(text: string): Promise<void> {
    await this.finds(new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async ended(): Promise<Ended> {
    const [code, signal] = await this.#ended;
    return { code, signal, output: this.#output };
  }
}
