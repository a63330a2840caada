import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const manifest = '@rookery/game-session/package.json';
/** The folder of the sample. */
export const app = dirname(require.resolve(manifest));
/** Those of Node with which it runs in production. @type {readonly string[]} */
const flags = require(manifest).scripts['start:prod'].match(/(?<= )--\S+/g);
const memoryHook = new URL('./memory.mjs', import.meta.url).href;
const POLL_MS = 20;
const LISTENS = /Listening on (http:[\w.:/]+)/;

/**
 * The sample, as `npm run start:prod` runs it, with an empty database in a folder of its own.
 * @typedef {object} Server
 * @property {string} url
 * @property {() => Promise<number>} bytesUsed of the heap and outside of it, after garbage collection
 * @property {() => Promise<void>} close
 */

/** @param {Readonly<Record<string, string>>} env @returns {Promise<Server>} */
export async function startServer(env) {
  const folder = await mkdtemp(join(tmpdir(), 'rookery-load-'));
  const log = join(folder, 'app.log');
  // Into a file: the app would wait for whoever reads a pipe, and they have other things to do.
  const output = await open(log, 'w');
  const child = fork(join(app, 'dist', 'main.js'), {
    cwd: app,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder, NO_COLOR: '1', ...env },
    execArgv: [...flags, '--expose-gc', '--import', memoryHook],
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill('SIGTERM');
    await ended;
    await output.close();
    await rm(folder, { recursive: true });
  };
  try {
    const url = await listening(child, log);
    return { url, bytesUsed: () => bytesUsed(child), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param {import('node:child_process').ChildProcess} child @param {string} log @returns {Promise<string>} */
async function listening(child, log) {
  for (;;) {
    const said = await readFile(log, 'utf8');
    const url = LISTENS.exec(said)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`The app ended before it listened: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} */
async function bytesUsed(child) {
  child.send('memory');
  const [{ bytes }] = await once(child, 'message');
  return bytes;
}
