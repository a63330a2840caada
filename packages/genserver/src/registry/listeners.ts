import { sendInfo } from '../gen-server/call.js';
import type { Pid } from '../process/pid.js';
import { formatName, type Kernel } from '../runtime/kernel.js';

/** Somebody has registered. To each listener of the registry, in its `handleInfo` (REG-037). */
export class Registered<Key = unknown, Value = unknown> {
  constructor(
    /** What the registry is called. */
    readonly registry: string,
    readonly key: Key,
    readonly pid: Pid,
    readonly value: Value,
  ) {}
}

/**
 * Somebody has no entry under this key any more, or had none, and has said so with `unregister` or `unregisterMatch`. To each
 * listener of the registry, in its `handleInfo`. The end of a process is not told: monitor it (REG-038, REG-039).
 */
export class Unregistered<Key = unknown> {
  constructor(
    /** What the registry is called. */
    readonly registry: string,
    readonly key: Key,
    readonly pid: Pid,
  ) {}
}

/** Sends the same to each; who is not there, or has a full mailbox, misses it, which is counted (REG-040). */
export function tell(kernel: Kernel, listeners: readonly (string | symbol)[], news: Registered | Unregistered): void {
  const what = news instanceof Registered ? 'registered' : 'unregistered';
  for (const name of listeners) {
    const listener = kernel.find(name);
    sendInfo(kernel, listener, listener ?? formatName(name), what, news);
  }
}
