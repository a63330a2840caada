import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

const SAYS_MS = 120_000; // a new folder is a whole new database
const POLL_MS = 20;
/**
 * Both outputs into one pipe: what is read from two comes in no certain order, and what a program says last is a thing to test. The shell is
 * replaced by Node.js, so signals go to the program.
 */
const ONE_OUTPUT = ['-c', 'exec "$0" "$@" 2>&1', process.execPath];

/** A process of its own, all that it says, and how it ends. */
export class Program {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #output = '';
  #isOver = false;

  constructor(args: readonly string[], options: Pick<SpawnOptions, 'cwd' | 'env' | 'detached'> = {}) {
    this.#process = spawn('sh', [...ONE_OUTPUT, ...args], { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.#process.once('close', () => {
      this.#isOver = true;
    });
    this.#ended = once(this.#process, 'close'); // not 'exit': what it said last must have been read
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get output(): string {
    return this.#output;
  }

  /** The lines it has said; what came half is not said. */
  get lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1);
  }

  /** Waits until its output matches; rejects with what it said if it ends or takes too long. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#finds(pattern, () => pattern.exec(this.#output));
  }

  /** Waits until so many of its lines match. */
  async saysLines(count: number, pattern: RegExp): Promise<void> {
    await this.#finds(pattern, () => (this.lines.filter((line) => pattern.test(line)).length < count ? null : true));
  }

  /** It gets the signal itself, as from a supervisor of processes; `nest start` passes it on. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The exit status. */
  async ended(): Promise<unknown> {
    const [code] = await this.#ended;
    return code;
  }

  async #finds<Found>(pattern: RegExp, find: () => Found | null): Promise<Found> {
    for (const deadline = performance.now() + SAYS_MS; ; await setTimeout(POLL_MS)) {
      const found = find();
      if (found !== null) return found;
      if (this.#isOver || performance.now() > deadline)
        throw new Error(`It did not say ${String(pattern)}. It said:\n${this.#output}`);
    }
  }
}
