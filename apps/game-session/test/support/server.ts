import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_MS = 120_000; // a new folder is a whole new database
const POLL_MS = 20;
const appFolder = fileURLToPath(new URL('../../', import.meta.url));
const nestCli = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
/** Without it `nest start` reports 0 when a signal has ended the server, so a bad end would pass for a good one. */
const serverStatus = new URL('../../../../tools/nest-start-status.mjs', import.meta.url).href;

/**
 * `nest start`: compiles the app, then runs it. Into a folder of its own, as it empties the folder first, and other tests run what is in `dist`.
 * Without a shell in between, which would not pass signals on.
 */
const nestStart = [
  '--import',
  serverStatus,
  nestCli,
  'start',
  '--no-shell',
  '-p',
  'test/support/tsconfig.started.json',
];
/** What the build has compiled. */
const compiled = ['--enable-source-maps', 'dist/main.js'];

/** The app as a process of its own, with a folder of its own for its data, unless `env` says another. */
export class Server {
  readonly dataDir: string;
  readonly #ownFolder: string | undefined;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #output = '';

  constructor(how: 'nest start' | 'compiled', env: Readonly<Record<string, string>> = {}) {
    this.#ownFolder = env['DATA_DIR'] === undefined ? mkdtempSync(join(tmpdir(), 'game-session-')) : undefined;
    this.dataDir = env['DATA_DIR'] ?? this.#ownFolder ?? '';
    this.#process = spawn(process.execPath, how === 'nest start' ? nestStart : compiled, {
      cwd: appFolder,
      env: {
        ...process.env,
        PORT: '0',
        NO_COLOR: '1',
        RATE_LIMIT_PER_MINUTE: '100000', // tests are in a hurry
        DATA_DIR: this.dataDir,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own, so that nothing of it can stay behind
    });
    this.#ended = once(this.#process, 'close'); // not 'exit': what it said last must have been read
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves with the URL once it listens; rejects with what it said if it ends or takes too long. */
  async url(): Promise<string> {
    return (await this.says(/Listening on (http:[\w.:/]+)/))[1] ?? '';
  }

  /** Waits until its output matches. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (const end = performance.now() + START_MS; performance.now() < end; await setTimeout(POLL_MS)) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#process.exitCode !== null) break;
    }
    throw new Error(`The server did not say ${String(pattern)}. It said:\n${this.#output}`);
  }

  /** What is started gets the signal, as from a supervisor of processes; `nest start` passes it on. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The exit status. */
  async ended(): Promise<unknown> {
    const [code] = await this.#ended;
    return code;
  }

  /** Ends all that was started, for a test that has failed half-way. */
  async destroy(): Promise<void> {
    const { pid } = this.#process;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // all gone, as it should be
    }
    await this.ended();
    if (this.#ownFolder !== undefined) rmSync(this.#ownFolder, { recursive: true, force: true });
  }
}
