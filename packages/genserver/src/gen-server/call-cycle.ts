import { CallMessage } from '../process/call-message.js';
import type { Process } from '../process/process.js';

/**
 * The processes that would wait for each other if `caller` now waited for `target`: the path from the caller back to
 * itself, or undefined. A process waits for those whose answers its running handler has asked for and not got; it is
 * presumed that it awaits them.
 */
export function findCallCycle(caller: Process, target: Process): readonly string[] | undefined {
  if (target === caller) return [caller.label, caller.label];
  if (target.waitsFor === undefined) return undefined;
  const path = pathTo(caller, target, new Set());
  return path && [caller.label, ...path];
}

function pathTo(caller: Process, from: Process, seen: Set<Process>): readonly string[] | undefined {
  seen.add(from);
  for (const request of from.waitsFor ?? []) {
    const next = waitedFor(from, request);
    if (next === caller) return [from.label, caller.label];
    if (next === undefined || seen.has(next)) continue;
    const rest = pathTo(caller, next, seen);
    if (rest !== undefined) return [from.label, ...rest];
  }
  return undefined;
}

/** Whose mailbox must move on before `from` can: nobody's when it no longer waits, or when the answer was put off. */
function waitedFor(from: Process, request: CallMessage): Process | undefined {
  const { receiver, origin } = request;
  const isWaiting = origin !== undefined && origin === from.activity;
  return isWaiting && receiver?.deferred?.has(request) !== true ? receiver : undefined;
}
