import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Runs `store-process.ts`. */
export class StoreChild {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';

  constructor(dataDir: string, command: 'hold' | 'play') {
    const options = ['--conditions=@rookery/source', '--import', new URL('typescript.mjs', import.meta.url).href];
    this.#process = spawn(process.execPath, [...options, here('store-process.ts'), dataDir, command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#process, 'close'); // not 'exit': what it said last must have been read
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  get lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1); // what came half is not said
  }

  /** Waits until it has said so many lines that match. */
  async says(pattern: RegExp, times = 1): Promise<void> {
    while (this.lines.filter((line) => pattern.test(line)).length < times) {
      if (this.#process.exitCode !== null)
        throw new Error(`It ended without saying ${String(pattern)}:\n${this.#output}`);
      await Promise.race([this.#ended, once(this.#process.stdout ?? this.#process, 'data')]);
    }
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async ended(): Promise<void> {
    await this.#ended;
  }
}
