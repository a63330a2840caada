// Programs of the matrix: each in a process group of its own, so that all of it ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';

const LIMIT_MS = 120_000;
const children = new Set();

/** `says` waits until what it wrote matches, `ended` gives its exit code or signal, when all that it started has ended, too. */
export function start(command, args, cwd, env = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, NODE_OPTIONS: '', NO_COLOR: '1' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const over = once(child, 'close').finally(() => children.delete(child));
  const limit = setTimeout(() => signalGroup(child, 'SIGKILL'), LIMIT_MS);
  const started = { process: child, output: '', says, ended };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (started.output += data));
  return started;

  async function says(pattern) {
    while (!pattern.test(started.output)) {
      const isOver = await Promise.race([over.then(() => true), once(child.stdout, 'data').then(() => false)]);
      assert.ok(!isOver || pattern.test(started.output), `ended without ${pattern}:\n${started.output}`);
    }
  }

  async function ended() {
    const [code, signal] = await over;
    clearTimeout(limit);
    return signal ?? code;
  }
}

export function killAll() {
  for (const child of children) signalGroup(child, 'SIGKILL');
}

/** As Ctrl-C does. */
export function signalGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // it has ended
  }
}

/** Without those that have ended but are collected by nobody, as it may be in a container: to the system they are still there. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const file = `/proc/${pid}/stat`;
  return !existsSync(file) || !/\) Z /.test(readFileSync(file, 'utf8'));
}
