import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, relative, resolve } from 'node:path';
import type { Milliseconds } from '@rookery/genserver';

// One process at a time may use a folder. Who wants it listens on a socket file of its own in there, then looks for others: a
// socket that answers belongs to somebody who lives. The system closes the sockets of a process that dies, however it dies, so
// nothing has to be guessed from process ids, which are soon given to others and mean nothing in another container.

/** A folder that is ours until it is released, or this process dies. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Undefined when somebody else has it. Two who ask at the very same moment may both be told so: ask again a little later. */
async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  await mkdir(folder, { recursive: true });
  const name = randomBytes(4).toString('hex');
  const claim = await listen(join(folder, name)); // first: of two who look for each other at least one sees the other
  const others = (await readdir(folder)).filter((other) => other !== name);
  const answers = await Promise.all(others.map((other) => isAlive(join(folder, other))));
  if (!answers.includes(true)) return { release: () => close(claim) };
  await close(claim);
  return undefined;
}

/** Asks again until it is ours or the time is up: whoever has it may be about to end. */
export async function waitForFolder(
  folder: string,
  limitMs: Milliseconds,
  pause: (ms: Milliseconds) => Promise<unknown>,
): Promise<FolderLock | undefined> {
  for (let leftMs = limitMs; ;) {
    const lock = await lockFolder(folder);
    if (lock !== undefined || leftMs <= 0) return lock;
    const pauseMs = 50 + (randomBytes(1)[0] ?? 0) / 2; // of two who ask at the same moment one must come first
    await pause(pauseMs);
    leftMs -= pauseMs;
  }
}

async function listen(path: string): Promise<Server> {
  const server = createServer((socket: Socket) => socket.destroy());
  server.listen(shortest(path)).unref();
  await once(server, 'listening');
  return server;
}

/** Its file goes with it. */
async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(shortest(path));
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if (!isGone(error)) throw error;
    await rm(path, { force: true }); // of a process that died
    return false;
  } finally {
    socket.destroy();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
}

/** The path of a socket has room for about 100 characters. */
function shortest(path: string): string {
  const absolute = resolve(path);
  const fromHere = relative(process.cwd(), absolute);
  return fromHere.length < absolute.length ? fromHere : absolute;
}
