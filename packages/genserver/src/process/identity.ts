import type { Activity } from './activity.js';
import { CallMessage } from './call-message.js';
import type { Host } from './host.js';
import type { Message } from './message.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';

/** Which process, for people and for programs; a copy that keeps no process alive. */
export interface ProcessIdentity {
  readonly pid: Pid;
  /** Its name, or its class and pid. */
  readonly process: string;
}

export function identityOf({ pid, label }: Process): ProcessIdentity {
  return { pid, process: label };
}

/** Who started whom, nearest first, up to the root; through links only (PROC-035). */
export function ancestorsOf(process: Process): readonly ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (let { parent } = process; parent !== undefined; parent = parent.parent) found.push(identityOf(parent));
  return found;
}

/**
 * Who called, on whose behalf, and so on, nearest first. It ends at whoever is outside any process, at a handler that was
 * given something else than a call, and at one that has ended since: one that waits for an answer has not.
 */
export function callersOf(message: Message): readonly ProcessIdentity[] {
  const found: ProcessIdentity[] = [];
  for (let origin = originOf(message); origin !== undefined;) {
    found.push(identityOf(origin.process));
    origin = origin.isCurrent ? originOf(origin.process.handling) : undefined;
  }
  return found;
}

/**
 * Who sent a message that is not in work now; undefined when that was outside any process, for what a process or the runtime
 * sends by itself, and, but for calls, when the runtime keeps no async contexts.
 */
export function senderOf(message: Message, { activities, context }: Host): Process | undefined {
  if (message instanceof CallMessage) return message.origin?.process;
  return message.kind === 'cast' || message.kind === 'info'
    ? context.senderOf(message, activities)?.process
    : undefined;
}

function originOf(message: Message | undefined): Activity | undefined {
  return message instanceof CallMessage ? message.origin : undefined;
}
