import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './program.js';

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
export class Server extends Program {
  readonly dataDir: string;
  readonly #ownFolder: string | undefined;

  constructor(how: 'nest start' | 'compiled', env: Readonly<Record<string, string>> = {}) {
    const ownFolder = env['DATA_DIR'] === undefined ? mkdtempSync(join(tmpdir(), 'game-session-')) : undefined;
    const dataDir = env['DATA_DIR'] ?? ownFolder ?? '';
    super(how === 'nest start' ? nestStart : compiled, {
      cwd: appFolder,
      env: {
        ...process.env,
        PORT: '0',
        NO_COLOR: '1',
        RATE_LIMIT_PER_MINUTE: '100000', // tests are in a hurry
        DATA_DIR: dataDir,
        ...env,
      },
      detached: true, // a group of its own, so that nothing of it can stay behind
    });
    this.dataDir = dataDir;
    this.#ownFolder = ownFolder;
  }

  /** Resolves with the URL once it listens; rejects with what it said if it ends or takes too long. */
  async url(): Promise<string> {
    return (await this.says(/Listening on (http:[\w.:/]+)/))[1] ?? '';
  }

  /** Ends all that was started, for a test that has failed half-way. */
  async destroy(): Promise<void> {
    try {
      if (this.pid !== undefined) process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // all gone, as it should be
    }
    await this.ended();
    if (this.#ownFolder !== undefined) rmSync(this.#ownFolder, { recursive: true, force: true });
  }
}
