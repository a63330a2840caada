import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import type { LifeMessage, Outcome } from './protocol.js';
import type { WorkerOptions } from './worker-options.js';

/** The thread engine, as we use it. */
export type ThreadEngine = Pick<Piscina<LifeMessage, Outcome>, 'run' | 'threads' | 'on'>;

/** Makes the engine of one thread, which begins with its first run. */
export type MakeEngine = (options: WorkerOptions) => ThreadEngine;

/** What a thread runs: it lies beside this file, in the sources as well as in what is built of them. */
const ENTRY = fileURLToPath(new URL('./entry.js', import.meta.url));

/**
 * One engine for each thread: when that has ended nothing but us decides whether there is to be another. Its queue holds the very
 * first message, until the thread can hear it. Tasks go by a port of ours.
 */
const ONE_THREAD = {
  filename: ENTRY,
  name: 'answer',
  minThreads: 0,
  maxThreads: 1,
  // A thread that waits for its next task in Atomics.wait has no timers and no sockets meanwhile.
  atomics: 'disabled',
  idleTimeout: Infinity,
  recordTiming: false,
} as const;

/** Loaded at the first start: who has closures only does not pay for it. */
export async function loadPiscina(): Promise<MakeEngine> {
  const { Piscina } = await import('piscina');
  return (options) => new Piscina<LifeMessage, Outcome>({ ...ONE_THREAD, ...(options as object) });
}
